import type { WorkflowState } from "../journal/mod.ts";

/** A machine of a workflow on several machines, in a {@linkcode WorkflowStatus}. */
export interface MachineStatus {
  /** The machine's name. */
  readonly name: string;
  /** Set for the machine whose directory is looked at. */
  readonly isThis?: true;
  /**
   * `awaited` until its agent takes part; `done` when its steps have ended and
   * its agent was told to stop; `lost` when no other agent has heard from it for
   * too long, and nothing that it says counts any more.
   */
  readonly state: "awaited" | "here" | "done" | "lost";
  /**
   * The operating system's number for the process of its agent, while it runs;
   * known of this machine only.
   */
  readonly agent?: number;
}

/** Describes the machines of a run; `undefined` for a run on one machine. */
export function describeMachines(
  { machine: own, machines, placement, agent = "", members }: WorkflowState,
): MachineStatus[] | undefined {
  if (own === undefined) return undefined;
  const names = new Set([own, ...machines.keys(), ...placement.values()]);
  const { pid, ending } = members.get(agent) ?? {};
  const isRunning = pid !== undefined && ending === undefined;
  return [...names].sort().map((name) => ({
    name,
    ...(name === own && { isThis: true }),
    state: machines.get(name)?.is ?? "awaited",
    ...(name === own && isRunning && { agent: pid }),
  }));
}

/**
 * Says in words how it stands with a machine.
 *
 * @example Usage
 * ```ts no-eval
 * import { describeMachine, workflowStatus } from "@sluice/sluice/capio";
 *
 * for (const machine of workflowStatus("data")?.machines ?? []) {
 *   console.log(`${machine.name} ${describeMachine(machine)}`);
 * }
 * ```
 *
 * @param machine The machine, as the status tells of it.
 * @returns For instance `takes part`.
 */
export function describeMachine(
  { isThis, state, agent }: MachineStatus,
): string {
  const process = agent === undefined
    ? "its agent does not run"
    : `its agent is process ${agent}`;
  return [
    textOf(state),
    ...(isThis ? [process, "this machine"] : []),
  ].join(", ");
}

function textOf(state: MachineStatus["state"]): string {
  switch (state) {
    case "awaited":
      return "does not take part yet";
    case "here":
      return "takes part";
    case "done":
      return "has ended its part";
    case "lost":
      return "is lost";
  }
}
