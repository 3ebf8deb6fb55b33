import { Terminal } from "../../command/mod.ts";
import { plainStep } from "./plain_step.ts";
import { assertCapioDir, type PlanFile } from "./plan_file.ts";
import { outcomeOf, summaryLines } from "./plan_summary.ts";
import type { StepEnd, StepFailure, StepWatcher } from "./step_programs.ts";
import { runStepsInOrder } from "./steps_in_order.ts";

/** How a plan is run in its order. */
export interface PlanInOrderOptions {
  readonly denoFlags: readonly string[];
  /** Is told what the steps print. */
  readonly watcher?: StepWatcher;
}

/** How a run in order has ended. */
export interface InOrderResult {
  readonly failure: StepFailure | undefined;
  readonly ends: readonly StepEnd[];
  readonly milliseconds: number;
}

/** Runs the steps of a plan one after the other, without sluice. */
export async function runPlainly(
  plan: PlanFile,
  { denoFlags, watcher }: PlanInOrderOptions,
  signal: AbortSignal,
): Promise<InOrderResult> {
  const ends: StepEnd[] = [];
  const steps = plan.steps.map((step) => plainStep(plan, step, denoFlags));
  const begun = performance.now();
  const failure = await runStepsInOrder(steps, {
    terminal: new Terminal("stderr"),
    command: "workflow",
    watcher,
    ended: (end) => ends.push(end),
  }, signal);
  return { failure, ends, milliseconds: performance.now() - begun };
}

/** The same for `sluice workflow --sequential`, which tells how it ended. */
export async function runPlanInOrder(
  plan: PlanFile,
  options: PlanInOrderOptions,
  signal: AbortSignal,
): Promise<number> {
  assertCapioDir(plan);
  const terminal = new Terminal("stderr");
  const run = await runPlainly(plan, options, signal);
  const { text } = outcomeOf(run.failure, signal, false);
  const seconds = (run.milliseconds / 1000).toFixed(1);
  await terminal.print(`sluice workflow: ${text} after ${seconds} s`);
  for (const line of summaryLines(run.ends)) await terminal.print(`  ${line}`);
  return run.failure?.code ?? 0;
}
