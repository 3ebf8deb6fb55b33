import { assertEquals } from "@std/assert";
import { connectNats } from "../../../src/nats/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { Machines } from "./machines.ts";

const isLong = Deno.env.has("SLUICE_LONG");
const MACHINES = Array.from({ length: 10 }, (_, i) => `m${i}`);
const STEPS = 100;
/** Steps that run at a time: each is a process. */
const AT_A_TIME = 12;

const inputsOf = (step: number) => [step - 1, step - 7].filter((it) => it >= 0);
const fileOf = (step: number) => `file${step}`;

/** Adds one to the sum of what it reads. */
const CODE = `
  const [dir, output, ...inputs] = Deno.args;
  let sum = 1;
  for (const input of inputs) {
    sum += Number(await Deno.readTextFile(dir + "/" + input)) % 1_000_003;
  }
  await Deno.writeTextFile(dir + "/" + output, String(sum));`;

Deno.test({
  name: "ten machines run a workflow of a hundred steps",
  ignore: !hasNatsServer || !isLong,
  fn: async () => {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, {
      IO_Graph: Array.from({ length: STEPS }, (_, step) => ({
        name: `step${step}`,
        input_stream: inputsOf(step).map(fileOf),
        output_stream: [fileOf(step)],
        streaming: [{ name: [fileOf(step)], committed: "on_close" }],
      })),
      permanent: Array.from({ length: STEPS }, (_, step) => fileOf(step)),
    });
    const started = await machines.start(...MACHINES);
    const expected: number[] = [];
    let next = 0;
    const runSteps = async () => {
      while (next < STEPS) {
        const step = next++;
        await using process = started[step % started.length].step({
          app: `step${step}`,
          code: CODE,
          args: [fileOf(step), ...inputsOf(step).map(fileOf)],
        });
        const { code, stderr } = await process.result;
        assertEquals({ step, code, stderr: warnings(stderr) }, {
          ...{ step, code: 0, stderr: "" },
        });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, runSteps));
    console.log(await streamOf(server));
    assertEquals(await machines.stop(), MACHINES.map(() => 0));
    for (let step = 0; step < STEPS; step++) {
      const sum = inputsOf(step)
        .reduce((sum, it) => sum + expected[it] % 1_000_003, 1);
      expected.push(sum);
      const { dir } = started[step % started.length];
      assertEquals(Deno.readTextFileSync(`${dir}/${fileOf(step)}`), `${sum}`);
    }
  },
});

/** What is said besides that a step waits. */
function warnings(stderr: string): string {
  return stderr.split("\n").filter((line) => !line.includes(" waits for "))
    .join("\n");
}

/** What the journal of the run takes at the server. */
async function streamOf({ address }: NatsServer): Promise<string> {
  const { connection, libraries } = await connectNats({ servers: address });
  const manager = await libraries.jetstream.jetstreamManager(connection);
  for await (const { config, state } of manager.streams.list()) {
    if (!config.name.startsWith("sluice_") || state.messages === 0) continue;
    const each = Math.round(state.bytes / STEPS);
    await connection.close();
    return `${state.messages} messages, ${state.bytes} bytes, ${each} a step`;
  }
  await connection.close();
  throw new Error("No journal at the server");
}
