import { assertEquals } from "@std/assert";
import { workflowStatus } from "@sluice/sluice/capio";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

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
    { name: "read", input_stream: ["a.txt"], output_stream: ["copy.txt"] },
  ],
  permanent: ["a.txt", "copy.txt"],
};

/** Writes a line, waits until the reader has seen it, and writes the rest. */
const WRITER = `
const [dir, seen] = Deno.args;
using file = Deno.openSync(\`\${dir}/a.txt\`, { write: true, create: true });
file.writeSync(new TextEncoder().encode("first\\n"));
while (true) {
  try {
    Deno.statSync(seen);
    break;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
file.writeSync(new TextEncoder().encode("second\\n"));
`;

const READER = `
const [dir, seen] = Deno.args;
using file = await Deno.open(\`\${dir}/a.txt\`);
const buffer = new Uint8Array(6);
let text = "";
for (let count; (count = await file.read(buffer)) !== null;) {
  text += new TextDecoder().decode(buffer.subarray(0, count));
  if (text === "first\\n") Deno.writeTextFileSync(seen, "");
}
Deno.writeTextFileSync(\`\${dir}/copy.txt\`, text);
`;

Deno.test({
  name: "a reader on one machine gets bytes while a writer on another writes",
  ignore: !hasNatsServer,
  async fn() {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north, south] = await machines.start("north", "south");
    const seen = machines.path("seen");
    const args = [seen];
    await using reader = south.step({
      app: "read",
      code: READER,
      args,
      flags: [`--allow-write=${south.dir},${seen}`],
    });
    await using writer = north.step({
      app: "write",
      code: WRITER,
      args,
      flags: [`--allow-read=${north.dir},${machines.cl},${seen}`],
    });
    const results = await Promise.all([writer.result, reader.result]);
    assertEquals(
      results.map(({ code, stderr }) => ({ code, stderr })),
      [{ code: 0, stderr: "" }, { code: 0, stderr: "" }],
    );
    for (const { dir, workflow: workflowName } of machines.all) {
      const status = workflowStatus(dir, { workflowName });
      assertEquals(status?.passedOver, 0);
    }
    assertEquals(await machines.stop(), [0, 0]);
    // All is cleared up, and what is permanent lies at its home alone.
    assertEquals(north.entries(), ["a.txt"]);
    assertEquals(south.entries(), ["copy.txt"]);
    assertEquals(
      Deno.readTextFileSync(`${south.dir}/copy.txt`),
      "first\nsecond\n",
    );
  },
});
