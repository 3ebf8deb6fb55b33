import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

const isLong = Deno.env.has("SLUICE_LONG");

const CL = {
  IO_Graph: [
    {
      name: "write",
      output_stream: ["a.txt"],
      streaming: [{
        name: ["a.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "read", input_stream: ["a.txt"] },
  ],
};

/** Writes numbers until it is told to end. */
const WRITER = `
const [dir, over] = Deno.args;
using file = Deno.openSync(dir + "/a.txt", { write: true, create: true });
for (let n = 0;; n++) {
  file.writeSync(new TextEncoder().encode(n + "\\n"));
  try {
    Deno.statSync(over);
    break;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((go) => setTimeout(go, 10));
  }
}
`;

/** Reads them, says when the first ones are there, and prints how many there are. */
const READER = `
const [dir, seen] = Deno.args;
using file = await Deno.open(dir + "/a.txt");
let text = "";
const decoder = new TextDecoder();
try {
  for await (const chunk of file.readable) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("3\\n")) Deno.writeTextFileSync(seen, "");
  }
  console.log("end");
} catch (error) {
  console.log(error.code, error.message);
}
const numbers = text.split("\\n").slice(0, -1).map(Number);
console.log(numbers.length > 3, numbers.every((it, n) => it === n));
`;

Deno.test({
  name: "a server that is killed and comes back costs nothing but time",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const { writer, reader, over, seen } = await begin(machines);
    await using _writer = writer;
    await using _reader = reader;
    await untilThere(seen);
    await server.kill();
    await delay(1000);
    await server.startAgain();
    Deno.writeTextFileSync(over, "");
    assertEquals((await writer.result).code, 0);
    const { code, stdout } = await reader.result;
    assertEquals({ code, stdout }, { code: 0, stdout: "end\ntrue true\n" });
    assertEquals(await machines.stop(), [0, 0]);
  },
});

Deno.test({
  name: "a machine whose agent is stopped for too long is lost, and told so",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const options = { lostAfterSeconds: 3 };
    const { writer, reader, over, seen } = await begin(machines, options);
    await using _writer = writer;
    await using _reader = reader;
    await untilThere(seen);
    const [north, south] = machines.all;
    north.agent.kill("SIGSTOP");
    const { code, stdout } = await reader.result;
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /^WRITER_LOST .*machine "north".* was lost.*\ntrue true\n$/,
    );
    north.agent.kill("SIGCONT");
    const agent = await north.agent.result;
    assertEquals(agent.code, 1);
    assertMatch(agent.stderr, /Machine "north" was silent for too long/);
    assertEquals(agent.stderr.trim().split("\n").length, 1);
    // It does not come back into this run.
    const again = north.startSoon();
    again.ready.catch(() => {});
    const { code: refused, stderr } = await again.result;
    assertEquals(refused, 1);
    assertMatch(stderr, /cannot come back/);
    Deno.writeTextFileSync(over, "");
    assertEquals((await writer.result).code, 0);
    south.agent.kill("SIGTERM");
    assertEquals((await south.agent.result).code, 0);
  },
});

async function begin(
  machines: Machines,
  { lostAfterSeconds = 600, serverTimeoutSeconds = 60 }: {
    lostAfterSeconds?: number;
    serverTimeoutSeconds?: number;
  } = {},
) {
  const [north, south] = await machines.startWith(
    [
      `--lost-after-seconds=${lostAfterSeconds}`,
      `--server-timeout-seconds=${serverTimeoutSeconds}`,
    ],
    "north",
    "south",
  );
  const seen = machines.path("seen");
  const over = machines.path("over");
  const reader = south.step({
    app: "read",
    code: READER,
    args: [seen],
    flags: [`--allow-write=${south.dir},${seen}`],
    silent: true,
  });
  const writer = north.step({
    app: "write",
    code: WRITER,
    args: [over],
    flags: [`--allow-read=${north.dir},${machines.cl},${over}`],
  });
  return { reader, writer, seen, over };
}

async function untilThere(path: string): Promise<void> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    try {
      Deno.statSync(path);
      return;
    } catch {
      await delay(10);
    }
  }
  throw new Error(`"${path}" does not appear`);
}

Deno.test({
  name: "what waits for other machines fails when no server answers for long",
  ignore: !hasNatsServer || !isLong,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const options = { serverTimeoutSeconds: 2 };
    const { writer, reader, over, seen } = await begin(machines, options);
    await using _writer = writer;
    await using _reader = reader;
    await untilThere(seen);
    await server.kill();
    const { code, stdout } = await reader.result;
    assertEquals(code, 0);
    assertMatch(stdout, /^\S+_LOST .*no NATS server.*\ntrue true\n$/);
    for (const { agent } of machines.all) {
      const { code, stderr } = await agent.result;
      assertEquals(code, 1);
      assertMatch(stderr, /no NATS server has answered at 127/);
      assertEquals(stderr.trim().split("\n").length, 1);
    }
    // What is of one machine goes on.
    Deno.writeTextFileSync(over, "");
    assertEquals((await writer.result).code, 0);
  },
});
