/**
 * How long does it take to join a workflow that has a million files, and how much
 * memory do they take in a process that only joins? The baseline is a workflow
 * without files. What members have said of the files is a checkpoint, or all of
 * their events. The report shows time and memory beside their limits.
 */
import { stdConfigArgs } from "../tools/std_config.ts";
import { LargeWorkflow } from "./large_workflow.ts";
import { median } from "./median.ts";

const FILES = Number(Deno.env.get("BENCH_FILES") ?? 1_000_000);
const LIMITS = { seconds: 3, bytes: 600 };

/** What one process measured. */
interface Joining {
  readonly seconds: number;
  readonly heap: number;
  readonly resident: number;
}

const JOIN = `
  const { CapioWorkspace } = await import("@sluice/sluice/capio");
  const join = (capioDir) => new CapioWorkspace({ capioDir, appName: "late" });
`;
/** A member that joins makes a checkpoint of so many events. */
const READ_EVENTS = `
  const { JournalFollower } = await import("${new URL(
  "../src/capio/journal/mod.ts",
  import.meta.url,
)}");
  const join = (capioDir, journal) => {
    const follower = new JournalFollower(journal, capioDir);
    follower.catchUp();
    return follower;
  };
`;

const cases = [
  { name: "no files", files: 0, checkpoint: false, program: JOIN },
  {
    name: `a checkpoint of ${FILES} files`,
    files: FILES,
    checkpoint: true,
    program: JOIN,
  },
  {
    name: `the events of ${FILES} files`,
    files: FILES,
    checkpoint: false,
    program: READ_EVENTS,
  },
].map((it) => ({ ...it, joinings: [] as Joining[] }));

for (const { name, files, checkpoint, program, joinings } of cases) {
  const workflow = new LargeWorkflow(files, { checkpoint });
  Deno.bench({
    name,
    group: "join",
    baseline: files === 0,
    n: 5,
    warmup: 1,
    fn: async () => void joinings.push(await join(workflow, program)),
  });
  addEventListener("unload", () => workflow[Symbol.dispose]());
}

addEventListener("unload", () => {
  const [baseline, ...large] = cases.map(({ joinings }) => medians(joinings));
  for (const [index, { seconds, heap, resident }] of large.entries()) {
    const bytes = (total: number, before: number) =>
      Math.round((total - before) / FILES);
    console.log(
      `${cases[index + 1].name}: ${seconds.toFixed(2)} s ` +
        `(limit ${LIMITS.seconds}), ${bytes(heap, baseline.heap)} bytes of ` +
        `heap and ${bytes(resident, baseline.resident)} bytes of memory a ` +
        `file (limit ${LIMITS.bytes})`,
    );
  }
});

/** Joins a workflow in a process of its own. */
async function join(
  { capioDir, journal }: LargeWorkflow,
  program: string,
): Promise<Joining> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--v8-flags=--expose-gc",
      ...await stdConfigArgs(),
      `${program}
        const begin = performance.now();
        const kept = join("${capioDir}", "${journal}");
        const seconds = (performance.now() - begin) / 1000;
        gc();
        await new Promise((done) => setTimeout(done, 100));
        gc();
        const { heapUsed: heap, rss: resident } = Deno.memoryUsage();
        console.log(JSON.stringify({ seconds, heap, resident }));
        kept[Symbol.dispose]();
        Deno.exit();
      `,
    ],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function medians(joinings: readonly Joining[]): Joining {
  const of = (name: keyof Joining) => median(joinings.map((it) => it[name]));
  return {
    seconds: of("seconds"),
    heap: of("heap"),
    resident: of("resident"),
  };
}
