import {
  CapioWorkspace,
  learnCapioCl,
  type LearnedCapioCl,
  workflowStatus,
} from "../../../capio/mod.ts";
import { Terminal } from "../../command/mod.ts";
import { leave } from "../running/mod.ts";
import type { PlanFile } from "./plan_file.ts";
import { contextStep } from "./plan_step.ts";
import { badEndOf } from "./step_processes.ts";
import type { StepFailure } from "./step_programs.ts";
import { runStepsInOrder } from "./steps_in_order.ts";
import { WORKFLOW_APP } from "../status/mod.ts";

/** How a plan is run to learn from it. */
export interface PlanLearnOptions {
  readonly keep: readonly string[];
  readonly denoFlags: readonly string[];
  readonly silent: boolean;
  readonly shared?: "group";
}

/** In order, a file that is missing does not come any more: seconds to wait. */
const IN_ORDER = 0;

/** What was learned, or why nothing was. */
export type PlanLearned = LearnedCapioCl | {
  readonly code: number;
  readonly why: string;
};

/**
 * Runs the steps of a plan one after the other, without a configuration, and
 * learns one.
 */
export async function learnPlan(
  plan: PlanFile,
  { keep, ...options }: PlanLearnOptions,
  signal: AbortSignal,
): Promise<PlanLearned> {
  const { capioDir, workflowName } = plan;
  assertNobodyIsThere(plan);
  const names = plan.steps.map(({ name }) => name);
  const workspace = await CapioWorkspace.join({
    capioDir,
    appName: WORKFLOW_APP,
    workflowName,
    capioClConfigurationFile: "",
    memoryDir: "",
    steps: names,
    observe: true,
    openTimeoutSeconds: IN_ORDER,
    silent: options.silent,
    shared: options.shared,
    signal,
  });
  let isFailed = true;
  try {
    const failure = await runInOrder(plan, { ...options, workspace }, signal);
    if (signal.aborted) return { code: 1, why: "Interrupted" };
    if (failure) {
      const { name, code, why } = failure;
      const end = why === undefined ? badEndOf(failure) : `failed: ${why}`;
      return { code, why: `Step "${name}" ${end}` };
    }
    isFailed = false;
    return learnCapioCl(capioDir, { workflowName, steps: names, keep });
  } finally {
    await leave(workspace, isFailed, signal);
  }
}

function runInOrder(
  plan: PlanFile,
  options: Omit<PlanLearnOptions, "keep"> & {
    readonly workspace: CapioWorkspace;
  },
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const withoutRules = { ...plan, capioCl: undefined, memoryDir: "" };
  const steps = plan.steps.map((step) =>
    contextStep(withoutRules, step, {
      ...options,
      openTimeoutSeconds: IN_ORDER,
    })
  );
  const terminal = new Terminal("stderr");
  return runStepsInOrder(steps, { terminal, command: "learn" }, signal);
}

function assertNobodyIsThere({ capioDir, workflowName }: PlanFile): void {
  const present = workflowStatus(capioDir, { workflowName });
  const running = present?.members.find(({ state }) => state === "running");
  if (!running) return;
  throw new Error(
    `"${running.app}" of workflow "${workflowName}" is running in "${capioDir}", as process ${running.pid}: learn when it has ended`,
  );
}
