/**
 * What remains of a workflow that makes, reads and removes a million files, of
 * which at most a hundred are there at a time? The baseline is the same workflow
 * after its first ten thousand files. The report shows beside their limits how
 * large its journals ever were, how long joining it ever took, and how much the
 * memory of its three steps has grown.
 */
import { cpuUsage } from "node:process";
import { enterCapio } from "@sluice/sluice/capio";
import { EndlessWorkflow } from "../tests/capio/workflow/endless_workflow.ts";

const FILES = Number(Deno.env.get("BENCH_FILES") ?? 1_000_000);
const EVERY = Math.min(10_000, FILES / 2);
const LIMITS = { journal: 16, joining: 0.2, memory: 60 };
const MEBIBYTE = 2 ** 20;
/** Looks at the journals between two joinings. */
const LOOKS = 20;

let run: Promise<void> | undefined;

Deno.bench({
  name: `${FILES} files, made, read and removed`,
  n: 1,
  warmup: 0,
  // One run says enough, and takes minutes.
  fn: async () => await (run ??= measure()),
});

async function measure(): Promise<void> {
  using workflow = new EndlessWorkflow(FILES, EVERY);
  let joining = { seconds: 0, atWork: 0 };
  await workflow.look(async (looks) => {
    if (looks % LOOKS > 0) return;
    const taken = await join(workflow);
    if (taken.seconds > joining.seconds) joining = taken;
  });
  const grown = (await workflow.ended).map(([before, ...later]) => {
    const most = Math.max(...later.map(({ resident }) => resident));
    return ((most - before.resident) / MEBIBYTE).toFixed(0);
  });
  const journal = (workflow.mostBytes / MEBIBYTE).toFixed(1);
  const { seconds, atWork } = joining;
  console.log(
    `${FILES} files: journals of ${journal} MiB at most ` +
      `(limit ${LIMITS.journal}), joining in ${seconds.toFixed(3)} s, of it ` +
      `${
        atWork.toFixed(3)
      } s at work (limit ${LIMITS.joining}), memory grown ` +
      `since ${EVERY} files by ${
        grown.join(", ")
      } MiB (limit ${LIMITS.memory})`,
  );
}

/** Takes part for a moment, and returns how long joining took, in seconds. */
async function join({ capioDir, configuration }: EndlessWorkflow) {
  const begun = performance.now();
  const before = cpuUsage();
  const context = await enterCapio({
    capioDir,
    appName: "late",
    capioClConfigurationFile: configuration,
  });
  const { user, system } = cpuUsage(before);
  const seconds = (performance.now() - begun) / 1000;
  await context[Symbol.asyncDispose]();
  return { seconds, atWork: (user + system) / 1e6 };
}
