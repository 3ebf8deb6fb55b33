import {
  type CapioWorkspace,
  stepCommand,
  type StepPlan,
} from "../../../capio/mod.ts";
import { UsageError } from "../../command/mod.ts";
import type { PlanFile } from "./plan_file.ts";
import type { StepProcess } from "./step_processes.ts";
import type { StepProgram } from "./step_programs.ts";

/** How a step of a plan takes part in the workflow. */
export interface ContextStepOptions {
  /** Flags of Deno besides those of the step. */
  readonly denoFlags: readonly string[];
  readonly silent: boolean;
  readonly shared?: "group";
  /** The name of this machine, where the workflow has several. */
  readonly machine?: string;
  /** As in `CapioOptions`; what the step finds in its environment by default. */
  readonly openTimeoutSeconds?: number;
  /** The workspace beside which programs take part. */
  readonly workspace: CapioWorkspace;
}

/** Returns how a step of a plan is started as a member of the workflow. */
export function contextStep(
  { capioDir, workflowName, capioCl, memoryDir, directory }: PlanFile,
  step: StepPlan,
  { denoFlags, silent, shared, machine, openTimeoutSeconds, workspace }:
    ContextStepOptions,
): StepProcess | StepProgram {
  const { name } = step;
  if ("command" in step) return { name, program: step, workspace };
  const { args, env } = stepCommand({
    capioDir,
    appName: name,
    workflowName,
    // Only the plan counts, not the environment.
    capioClConfigurationFile: capioCl ?? "",
    memoryDir,
    silent,
    shared,
    machine,
    openTimeoutSeconds,
    script: step.script,
    args: step.args,
    partialReads: step.partialReads,
    denoFlags: [...denoFlags, ...step.denoFlags],
  });
  return { ...step, args, env: { CAPIO_CL: "", ...env }, cwd: directory };
}

/** Refuses flags for Deno, such as a wrong option, that nothing would take. */
export function assertScripts(
  { steps }: PlanFile,
  flags: readonly string[],
): void {
  if (flags.length === 0 || steps.some((step) => "script" in step)) return;
  throw new UsageError(
    `Unknown option "${
      flags[0]
    }": it would go to "deno run", but no step has a script`,
  );
}
