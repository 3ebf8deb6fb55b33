import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

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
    { name: "read", input_stream: ["a.bin"], output_stream: ["digest.txt"] },
  ],
  permanent: ["digest.txt"],
};

/** Writes chunks, no two of which are alike, and slowly enough to be killed. */
const WRITER = `
import { createHash } from "node:crypto";
const [dir, chunks, pause, over] = Deno.args;
using file = Deno.openSync(\`\${dir}/a.bin\`, { write: true, create: true });
const hash = createHash("sha256");
const chunk = new Uint32Array(16 * 1024);
for (let n = 0; n < Number(chunks); n++) {
  for (let i = 0; i < chunk.length; i++) chunk[i] = n * chunk.length + i;
  const bytes = new Uint8Array(chunk.buffer);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  hash.update(bytes);
  if (n % 16 === 0) await new Promise((go) => setTimeout(go, Number(pause)));
}
// What is killed while bytes flow ends before the file does.
for (let is = false; !is;) {
  try {
    Deno.statSync(over);
    is = true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((go) => setTimeout(go, 10));
  }
}
console.log(hash.digest("hex"));
`;

const READER = `
import { createHash } from "node:crypto";
const [dir] = Deno.args;
using file = await Deno.open(\`\${dir}/a.bin\`);
const hash = createHash("sha256");
for await (const chunk of file.readable) hash.update(chunk);
Deno.writeTextFileSync(\`\${dir}/digest.txt\`, hash.digest("hex"));
`;

const isLong = Deno.env.has("SLUICE_LONG");
const KILLS = isLong ? 50 : 4;
const PATIENCE_MILLISECONDS = isLong ? 600_000 : 60_000;
const CHUNKS = isLong ? 8192 : 256;

Deno.test({
  name: `every byte comes once, though agents are killed ${KILLS} times`,
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north, south] = await machines.start("north", "south");
    const over = machines.path("over");
    await using reader = south.step({
      app: "read",
      code: READER,
      patience: PATIENCE_MILLISECONDS,
    });
    await using writer = north.step({
      app: "write",
      code: WRITER,
      patience: PATIENCE_MILLISECONDS,
      args: [String(CHUNKS), isLong ? "100" : "20", over],
      flags: [`--allow-read=${north.dir},${machines.cl},${over}`],
    });
    for (let kill = 0; kill < KILLS; kill++) {
      const machine = kill % 2 === 0 ? south : north;
      await delay(Math.random() * 200);
      machine.agent.kill();
      await machine.agent.result;
      await machine.start();
    }
    Deno.writeTextFileSync(over, "");
    const results = await Promise.all([writer.result, reader.result]);
    assertEquals(
      results.map(({ code, stderr }) => ({ code, stderr })),
      [{ code: 0, stderr: "" }, { code: 0, stderr: "" }],
    );
    assertEquals(await machines.stop(), [0, 0]);
    assertEquals(north.entries(), []);
    assertEquals(
      Deno.readTextFileSync(`${south.dir}/digest.txt`),
      results[0].stdout.trim(),
    );
  },
});
