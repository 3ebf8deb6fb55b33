import {
  followWorkflow,
  type StepPlan,
  type WorkflowStatus,
} from "../../../capio/mod.ts";
import { nearWord, UsageError } from "../../command/mod.ts";
import type { MachineArguments } from "../arguments/mod.ts";
import { WORKFLOW_APP } from "../status/mod.ts";
import type { PlanFile } from "./plan_file.ts";
import type { StepFailure } from "./step_programs.ts";

/**
 * Refuses a machine on which no step of a plan runs.
 *
 * @throws {UsageError} If it is none of the machines of the plan.
 */
export function assertMachineOf(
  plan: PlanFile,
  path: string,
  { machine }: MachineArguments,
): void {
  const machines = machinesOf(plan);
  if (machines.includes(machine)) return;
  if (machines.length === 0) {
    throw new UsageError(
      `"--machine" needs a "machine" of each step, found none in "${path}"`,
    );
  }
  const near = nearWord(machine, machines);
  throw new UsageError(
    `"--machine" must be one of ${
      machines.map((name) => `"${name}"`).join(", ")
    } of "${path}", found "${machine}"${
      near === undefined ? "" : `, did you mean "${near}"?`
    }`,
  );
}

/** Returns the machine of each step, by the step's name, where the plan says so. */
export function placementOf(
  { steps }: PlanFile,
): Readonly<Record<string, string>> | undefined {
  const placed = steps.flatMap(({ name, machine }) =>
    machine === undefined ? [] : [[name, machine] as const]
  );
  return placed.length === 0 ? undefined : Object.fromEntries(placed);
}

/** Returns the steps that run on this machine: all, where there is only one. */
export function stepsHere(
  { steps }: PlanFile,
  here: MachineArguments | undefined,
): readonly StepPlan[] {
  return here ? steps.filter(({ machine }) => machine === here.machine) : steps;
}

/** Returns a status with the files alone that steps of this machine have used. */
export function statusHere(
  status: WorkflowStatus,
  plan: PlanFile,
  here: MachineArguments | undefined,
): WorkflowStatus {
  if (!here) return status;
  const names = new Set(stepsHere(plan, here).map(({ name }) => name));
  const files = status.files.filter(({ writers, readers = [] }) =>
    [...writers, ...readers].some((app) => names.has(app))
  );
  return { ...status, files };
}

/**
 * Resolves when a step has failed on another machine, or the workflow was stopped
 * there; to `undefined` when `signal` aborts.
 */
export async function failureElsewhere(
  { capioDir, workflowName, steps }: PlanFile,
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const names = new Set(steps.map(({ name }) => name));
  let failure: StepFailure | undefined;
  const found = new AbortController();
  const look = new WritableStream<WorkflowStatus>({
    write(status) {
      failure = failureIn(status, names);
      if (failure) found.abort();
    },
  });
  await followWorkflow(capioDir, { workflowName })
    ?.pipeTo(look, { signal: AbortSignal.any([signal, found.signal]) })
    .catch(() => {});
  return failure;
}

function failureIn(
  { members }: WorkflowStatus,
  steps: ReadonlySet<string>,
): StepFailure | undefined {
  const failed = members.filter(({ app, machine, state }) => {
    if (machine === undefined) return false;
    // A machine whose steps have ended well may vanish.
    if (state === "lost") return steps.has(app);
    return state === "failed" && (steps.has(app) || app === WORKFLOW_APP);
  });
  // The command fails with its step, and has joined before it.
  const first = failed.find(({ app }) => steps.has(app)) ?? failed[0];
  if (!first) return undefined;
  const { app: name, machine } = first;
  return { name, code: 1, signal: null, machine };
}

function machinesOf({ steps }: PlanFile): readonly string[] {
  const machines = steps.flatMap(({ machine }) => machine ?? []);
  return [...new Set(machines)];
}
