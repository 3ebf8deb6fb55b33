/**
 * Does a step that waits for something else slow down a writer? One process opens,
 * writes and closes files of 100 bytes. The other one is idle, or waits for the
 * last of them.
 *
 * `BENCH_DIR` is the directory for the workflow, by default a temporary one;
 * `BENCH_RUNS` is the number of pairs.
 */
import { Step, TestDirectory } from "../tests/capio/step.ts";
import { median } from "./median.ts";

const FILES = 3000;
const BENCH_DIR = Deno.env.get("BENCH_DIR");
const RUNS = Number(Deno.env.get("BENCH_RUNS") ?? 7);

const write = `
  const [directory] = Deno.args;
  // The other step is there, and waits or has nothing to do.
  await Deno.open(directory + "/ready");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const data = new Uint8Array(100);
  const start = performance.now();
  for (let i = 0; i < ${FILES}; i++) {
    const file = await Deno.open(directory + "/f" + i, { create: true, write: true });
    await file.write(data);
    file.close();
  }
  console.log((performance.now() - start) * 1000 / ${FILES});
  Deno.writeFileSync(directory + "/last", data);`;
const idle = `
  Deno.writeTextFileSync(Deno.args[0] + "/ready", "");
  await new Promise((resolve) => setTimeout(resolve, 30_000));`;
const waiting = `
  const waits = Deno.open(Deno.args[0] + "/last");
  await new Promise((resolve) => setTimeout(resolve, 20));
  Deno.writeTextFileSync(Deno.args[0] + "/ready", "");
  (await waits).close();`;

/** Returns how long the writer takes for a file, in microseconds. */
async function run(other: string): Promise<number> {
  using directory = new TestDirectory(BENCH_DIR);
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  const cl = directory.writeCl({
    writer: { writes: ["f*", "last"], reads: ["ready"], streaming: [rule] },
    other: { reads: ["last"], writes: ["ready"], streaming: [rule] },
  });
  const step = (app: string, code: string) =>
    new Step({
      capioDir: directory.path,
      app,
      cl,
      args: [directory.path],
      code,
      // Deno wants all permissions for `/dev/shm`.
      flags: BENCH_DIR ? ["-A"] : [],
    });
  await using _other = step("other", other);
  await using writer = step("writer", write);
  const { stdout, stderr } = await writer.result;
  if (stderr) throw new Error(stderr);
  return Number(stdout);
}

const times = { idle: [] as number[], waiting: [] as number[] };
Deno.bench({
  name: "a writer beside a step that is idle, and beside one that waits",
  n: 1,
  warmup: 0,
  async fn() {
    for (let i = 0; i < RUNS; i++) {
      times.idle.push(await run(idle));
      times.waiting.push(await run(waiting));
    }
  },
});

addEventListener("unload", () => {
  const ratios = times.waiting.map((time, index) => time / times.idle[index]);
  console.log(
    `a file takes ${median(times.idle).toFixed(0)} µs beside an idle step, ${
      median(times.waiting).toFixed(0)
    } µs beside a waiting one: ${
      median(ratios).toFixed(2)
    } x (median of ${RUNS} pairs)`,
  );
});
