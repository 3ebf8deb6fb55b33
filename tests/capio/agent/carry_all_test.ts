import { assertEquals, assertMatch } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

const CL = {
  IO_Graph: [
    { name: "write", output_stream: ["a.txt"] },
    { name: "later", input_stream: ["a.txt"] },
  ],
};

const WRITER = `
const [dir] = Deno.args;
Deno.writeTextFileSync(dir + "/a.txt", "0123456789".repeat(100_000));
`;

const READER = `
const [dir] = Deno.args;
try {
  const text = await Deno.readTextFile(dir + "/a.txt");
  console.log(text.length, text === "0123456789".repeat(100_000));
} catch (error) {
  console.log(error.code, error.message);
}
`;

/** Reads a file after its home was lost, and returns what the reader prints. */
async function readAfterLoss(
  server: NatsServer,
  ...args: readonly string[]
): Promise<string> {
  await using machines = new Machines(server, CL);
  const [north, south] = await machines.startWith(
    ["--lost-after-seconds=2", ...args],
    "north",
    "south",
  );
  await using writer = north.step({ app: "write", code: WRITER });
  assertEquals((await writer.result).code, 0);
  // The others know that it is committed.
  await south.untilJournalSays('"event":"committed"');
  north.agent.kill();
  await south.untilJournalSays('"is":"lost"');
  await using reader = south.step({ app: "later", code: READER, silent: true });
  const { code, stdout } = await reader.result;
  assertEquals(code, 0);
  south.agent.kill("SIGTERM");
  assertEquals((await south.agent.result).code, 0);
  return stdout.trim();
}

Deno.test({
  name: "what was finished on a machine outlives it, if it was carried",
  ignore: !hasNatsServer,
  async fn(t) {
    await using server = await NatsServer.start();
    await t.step("with --carry all", async () => {
      const printed = await readAfterLoss(server, "--carry=all");
      assertEquals(printed, "1000000 true");
    });
    await t.step("without", async () => {
      assertMatch(await readAfterLoss(server), /^WRITER_LOST .*"north"/);
    });
  },
});
