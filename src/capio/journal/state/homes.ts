import type { FileHome, WorkflowFile, WorkflowState } from "./state.ts";

/** The key of a file in {@linkcode WorkflowState.foreign}. */
export function keyOfHome({ machine, number }: FileHome): string {
  return `${machine}/${number}`;
}

/** Tells whether a file is one of a machine, `undefined` for this one. */
export function isOf(
  { home }: WorkflowFile,
  machine: string | undefined,
): boolean {
  return home?.machine === machine;
}

/** Tells whether all members of an app run on this machine, as the plan says. */
export function isPlacedHere(
  { placement, machine }: WorkflowState,
  app: string,
): boolean {
  return machine !== undefined && placement.get(app) === machine;
}

/**
 * Returns the other machine whose members alone write what a path names, or are
 * going to make it; `undefined` if the members of this one may write it.
 */
export function otherHomeOf(
  state: WorkflowState,
  path: string,
): string | undefined {
  if (state.machine === undefined) return undefined;
  const file = state.paths.get(path);
  if (file) return file.home?.machine ?? file.alsoOf?.keys().next().value;
  const home = placedHomeOf(state, path);
  return home === state.machine ? undefined : home;
}

/**
 * Tells whether a new file of this machine waits for its first line to come back:
 * until then another machine may have made a file of that name before.
 */
export function needsClaim(state: WorkflowState, path: string): boolean {
  return state.hasClaims === true &&
    placedHomeOf(state, path) !== state.machine;
}

/** The machine on which the plan places all producers of a path, if it does. */
export function placedHomeOf(
  { engine, placement }: WorkflowState,
  path: string,
): string | undefined {
  const homes = new Set(
    engine.producers(path).map((app) => placement.get(app)),
  );
  const [home] = homes;
  return homes.size === 1 ? home : undefined;
}
