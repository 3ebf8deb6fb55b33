/**
 * How long does it take to join a workflow that has a million files, and how much
 * memory do they take in a process that only joins? The baseline is a workflow
 * without files. The report shows both beside their limits.
 */
import { stdConfigArgs } from "../tools/std_config.ts";
import { LargeWorkflow } from "./large_workflow.ts";

const FILES = Number(Deno.env.get("BENCH_FILES") ?? 1_000_000);
const LIMITS = { seconds: 3, bytes: 600 };

/** What one process measured. */
interface Joining {
  readonly seconds: number;
  readonly heap: number;
  readonly resident: number;
}

const empty = new LargeWorkflow(0);
const large = new LargeWorkflow(FILES);
const joinings = { empty: [] as Joining[], large: [] as Joining[] };

Deno.bench({
  name: "no files",
  group: "join",
  baseline: true,
  n: 5,
  warmup: 1,
  fn: async () => void joinings.empty.push(await join(empty)),
});
Deno.bench({
  name: `${FILES} files`,
  group: "join",
  n: 5,
  warmup: 1,
  fn: async () => void joinings.large.push(await join(large)),
});

addEventListener("unload", () => {
  const baseline = median(joinings.empty);
  const { seconds, heap, resident } = median(joinings.large);
  const bytes = (total: number, before: number) =>
    `${Math.round((total - before) / FILES)}`;
  console.log(
    `${FILES} files: ${seconds.toFixed(2)} s (limit ${LIMITS.seconds}), ` +
      `${bytes(heap, baseline.heap)} bytes of heap and ` +
      `${bytes(resident, baseline.resident)} bytes of memory a file ` +
      `(limit ${LIMITS.bytes})`,
  );
  for (const workflow of [empty, large]) workflow[Symbol.dispose]();
});

/** Joins a workflow in a process of its own. */
async function join({ capioDir }: LargeWorkflow): Promise<Joining> {
  const program = `
    import { CapioWorkspace } from "@sluice/sluice/capio";
    const begin = performance.now();
    const _ = new CapioWorkspace({ capioDir: "${capioDir}", appName: "late" });
    const seconds = (performance.now() - begin) / 1000;
    gc();
    await new Promise((done) => setTimeout(done, 100));
    gc();
    const { heapUsed: heap, rss: resident } = Deno.memoryUsage();
    console.log(JSON.stringify({ seconds, heap, resident }));
    Deno.exit();
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--v8-flags=--expose-gc",
      ...await stdConfigArgs(),
      program,
    ],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function median(joinings: readonly Joining[]): Joining {
  const of = (name: keyof Joining) =>
    joinings.map((it) => it[name]).sort((a, b) => a - b)
      .at(joinings.length >> 1) ?? NaN;
  return {
    seconds: of("seconds"),
    heap: of("heap"),
    resident: of("resident"),
  };
}
