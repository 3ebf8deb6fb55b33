import { isOver, type WorkflowState } from "../journal/mod.ts";
import { CapioError } from "../platform/mod.ts";
import type { AcceptedLine } from "./translation/mod.ts";

/** Returns the machines of a run that were not lost. */
export function presentMachines({ machines }: WorkflowState): string[] {
  return machines.values()
    .filter(({ is }) => is !== "lost").map(({ name }) => name).toArray();
}

/** Returns the same without this machine. */
export function otherMachines(state: WorkflowState): string[] {
  return presentMachines(state).filter((it) => it !== state.machine);
}

/** Tells whether every machine has done its part, or was lost. */
export function isOverEverywhere(state: WorkflowState): boolean {
  const { machines, placement } = state;
  const expected = new Set([...machines.keys(), ...placement.values()]);
  for (const name of expected) {
    const is = machines.get(name)?.is;
    if (is !== "done" && is !== "lost") return false;
  }
  return !isAwaited(state);
}

/**
 * Refuses a machine whose name another one has in the run, and one that was given
 * up.
 *
 * @throws {CapioError} If it cannot take part.
 */
export function checkMachine(
  lines: readonly AcceptedLine[],
  machine: string,
  id: string,
): void {
  let first: string | undefined;
  for (const line of lines) {
    if (line.event !== "machine" || line.machine !== machine) continue;
    if (line.is === "here") first ??= line.id;
    if (line.is !== "lost" || first === undefined) continue;
    throw new CapioError(
      "MACHINE_LOST",
      `Machine "${machine}" was silent for too long in this run, so the others have given it up, and it cannot come back into it. Wait for the end of the run, or end it with --anew`,
    );
  }
  if (first === undefined || first === id) return;
  throw new CapioError(
    "IN_USE",
    `The run has another machine "${machine}", or this one has left it. Give this machine another name with --machine, or end the run with --anew`,
  );
}

/** The files of which a machine has said that they are committed. */
export function committedBy(
  lines: readonly AcceptedLine[],
  machine: string,
): ReadonlySet<number> {
  const files = new Set<number>();
  for (const line of lines) {
    if (line.event !== "committed" || line.via.machine !== machine) continue;
    files.add(line.file);
  }
  return files;
}

/**
 * Tells whether a step that the graph names is still to come, perhaps on a machine
 * that nobody knows of yet: what it reads has to be there then.
 */
function isAwaited(state: WorkflowState): boolean {
  const { members, machines, placement } = state;
  // The plan has said which machines there are.
  if (placement.size > 0 || isOver(state)) return false;
  const hasFailed =
    members.values().some(({ ending }) => ending && ending !== "left") ||
    machines.values().some(({ is }) => is === "lost");
  return !hasFailed;
}
