import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import {
  mayMakeNamespaces,
  NetworkNamespace,
} from "../../support/network_namespace.ts";
import { Machines } from "./machines.ts";

const ignore = !hasNatsServer || !mayMakeNamespaces;

const CL = {
  IO_Graph: [
    {
      name: "write",
      output_stream: ["a.bin"],
      streaming: [{
        name: ["a.bin"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "read", input_stream: ["a.bin"] },
  ],
};

/** Writes numbers until it is told to end. */
const WRITER = `
  const [dir, over] = Deno.args;
  using file = Deno.openSync(dir + "/a.bin", { write: true, create: true });
  for (let n = 0;; n++) {
    file.writeSync(Uint8Array.from({ length: 1000 }, (_, i) => n + i));
    try {
      Deno.statSync(over);
      break;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await new Promise((go) => setTimeout(go, 10));
    }
  }`;

/** Reads them, says that it has begun, and then what came of it. */
const READER = `
  const [dir, seen] = Deno.args;
  using file = await Deno.open(dir + "/a.bin");
  let at = 0, wrong = 0, end = "end";
  try {
    for await (const chunk of file.readable) {
      for (const it of chunk) {
        if (it !== (Math.floor(at / 1000) + at % 1000 & 255)) wrong++;
        at++;
      }
      Deno.writeTextFileSync(seen, "");
    }
  } catch (error) {
    end = error.code + " " + error.message;
  }
  console.log(JSON.stringify({ end, wrong, hasSome: at > 1000 }));`;

/** A writer here and a reader behind a link, which has its first bytes. */
async function begin(
  server: NatsServer,
  space: NetworkNamespace,
  lostAfterSeconds: number,
) {
  const address = `${space.address}:${server.port}`;
  const machines = new Machines(server, CL, {
    south: { address, through: space.through },
  });
  const [north, south] = await machines.startWith(
    [`--lost-after-seconds=${lostAfterSeconds}`],
    ...["north", "south"],
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
  while (!isThere(seen)) await delay(10);
  const finish = () => Deno.writeTextFileSync(over, "");
  return { machines, north, south, reader, writer, finish };
}

Deno.test({
  name: "a link that is cut for five seconds costs nothing but time",
  ignore: ignore || !Deno.env.has("SLUICE_LONG"),
  fn: async () => {
    await using server = await NatsServer.start({ args: ["-a", "0.0.0.0"] });
    using space = new NetworkNamespace();
    const it = await begin(server, space, 600);
    await using machines = it.machines;
    await using reader = it.reader;
    await using writer = it.writer;
    space.cut();
    await delay(5000);
    space.join();
    await delay(100);
    it.finish();
    assertEquals((await writer.result).code, 0);
    const { stdout, stderr } = await reader.result;
    assertEquals(
      JSON.parse(stdout || `"${stderr}"`),
      { end: "end", wrong: 0, hasSome: true },
    );
    assertEquals(await machines.stop(), [0, 0]);
  },
});

Deno.test({
  name:
    "a machine whose link is cut for too long is lost, and so are its waits",
  ignore,
  fn: async () => {
    await using server = await NatsServer.start({ args: ["-a", "0.0.0.0"] });
    using space = new NetworkNamespace();
    const it = await begin(server, space, 4);
    await using machines = it.machines;
    await using reader = it.reader;
    await using writer = it.writer;
    const [north, south] = machines.all;
    space.cut();
    // The others go on without it.
    await delay(6000);
    it.finish();
    assertEquals((await writer.result).code, 0);
    north.agent.kill("SIGTERM");
    assertEquals((await north.agent.result).code, 0);
    assertEquals(north.entries(), []);
    space.join();
    const lost = await south.agent.result;
    assertEquals(lost.code, 1);
    assertEquals(lost.stderr.trim().split("\n").length, 1, lost.stderr);
    const { stdout } = await reader.result;
    const told = JSON.parse(stdout);
    assertEquals([told.wrong, told.hasSome], [0, true]);
    assertMatch(told.end, /^(MACHINE_LOST|WRITER_LOST) /);
  },
});

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
