import type { SeenEvent } from "../events/mod.ts";
import { noteFoundRemoved } from "./removals.ts";
import { isReadTooEarly } from "./stale_reads.ts";
import type { WorkflowState } from "../state/mod.ts";

/**
 * Notes what a member was told is there, at its end. If a step that comes first
 * has removed it since, or has written it again, the member was told of an
 * earlier one.
 */
export function noteSeen(
  state: WorkflowState,
  { by, paths, looked }: SeenEvent,
): void {
  for (const path of paths) {
    state.seen.getOrInsertComputed(path, () => new Map())
      .set(by, looked === true);
    noteFoundRemoved(state, path, by);
    const file = state.paths.get(path);
    if (!file || file.kind === "directory" || file.writers.has(by)) continue;
    const [writer] = file.writers;
    tellRewritten(state, path, writer);
  }
}

/**
 * Tells the members that have asked for the size or the times of a real file, and
 * have read no later one, that another member writes it.
 */
export function tellRewritten(
  state: WorkflowState,
  path: string,
  writer: string,
): void {
  const members = state.seen.get(path);
  if (!members) return;
  for (const [reader, looked] of members) {
    if (!looked || reader === writer || hasRead(state, path, reader)) continue;
    if (!isReadTooEarly(state, path, reader, writer)) continue;
    members.set(reader, false);
    const read = { path, reader, writer, isQuestion: true } as const;
    const isLate = state.members.get(reader)?.ending !== undefined;
    state.staleReads.push(isLate ? { ...read, isLate } : read);
  }
}

function hasRead(
  { inputs, pathReadings }: WorkflowState,
  path: string,
  member: string,
): boolean {
  return inputs.get(path)?.has(member) === true ||
    pathReadings.get(path)?.has(member) === true;
}
