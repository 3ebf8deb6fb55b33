import { parentOf } from "../../platform/mod.ts";
import type { ListEvent } from "../events/mod.ts";
import { isTooEarly } from "./stale_reads.ts";
import type { WorkflowState } from "../state/mod.ts";

/** Most entries that are remembered of those made after one listing. */
const MOST_MISSED = 10;

/** Notes that a member has listed a directory as it is, or watches it. */
export function noteListing(
  state: WorkflowState,
  { path: directory, by: member, watched }: ListEvent,
): void {
  const { listings } = state;
  if (watched) {
    const members = listings.get(directory);
    members?.delete(member);
    if (members?.size === 0) listings.delete(directory);
    return;
  }
  listings.getOrInsertComputed(directory, () => new Map())
    .set(member, new Map());
}

/** Notes which listings did not have an entry that a member makes. */
export function noteListed(
  state: WorkflowState,
  path: string,
  writer: string,
): void {
  if (state.listings.size === 0) return;
  for (const [reader, missed] of state.listings.get(parentOf(path)) ?? []) {
    if (reader === writer || missed.size >= MOST_MISSED) continue;
    if (!isTooEarly(state, path, reader, writer)) continue;
    missed.set(path, writer);
    if (state.members.get(reader)?.ending) tell(state, missed, reader, true);
  }
}

/**
 * Notes what a member has not found in its listings until its end. Before, it may
 * list the directory again, or come to the entry by its name.
 */
export function tellListingsOf(state: WorkflowState, member: string): void {
  for (const listings of state.listings.values()) {
    const missed = listings.get(member);
    if (missed) tell(state, missed, member);
  }
}

/** Tells of one entry: the first that the member has not come to. */
function tell(
  state: WorkflowState,
  missed: Map<string, string>,
  reader: string,
  isLate?: true,
): void {
  const app = state.members.get(reader)?.app;
  for (const [path, writer] of missed) {
    if (state.pathReadings.get(path)?.has(reader)) continue;
    if (state.members.get(writer)?.app === app) continue;
    const read = { path, reader, writer, isListing: true } as const;
    state.staleReads.push(isLate ? { ...read, isLate } : read);
    break;
  }
  missed.clear();
}
