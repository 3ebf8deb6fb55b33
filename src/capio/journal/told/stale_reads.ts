import type { EntryKind, FoundEvent, MissEvent } from "../events/mod.ts";
import {
  type Member,
  type Miss,
  orderOf,
  type OrderOptions,
  type StaleRead,
  type WorkflowState,
} from "../state/mod.ts";

/** An entry that has just got a name, and the member that gave it. */
interface Making {
  readonly path: string;
  readonly kind: EntryKind;
  readonly by: string;
}

/**
 * Notes what is out of date now that a member makes an entry: that members have
 * read the real file of that name, or have found nothing there.
 */
export function noteMaking(state: WorkflowState, making: Making): void {
  const { path, by: writer } = making;
  const readers = state.inputs.get(path);
  if (readers) tellStale(state, path, readers, writer);
  const misses = state.misses.get(path);
  if (!misses) return;
  misses.delete(writer);
  for (const [reader, miss] of misses) {
    const isOver = miss.writer !== undefined;
    if (isOver || !isMissedTooEarly(state, reader, making)) continue;
    miss.writer = writer;
    if (hasEnded(state, reader)) tell(state, path, reader, true);
  }
}

function tellStale(
  state: WorkflowState,
  path: string,
  readers: Set<string>,
  writer: string,
): void {
  // What it reads from now on is its own.
  readers.delete(writer);
  for (const reader of readers) {
    if (!isReadTooEarly(state, path, reader, writer)) continue;
    const read: StaleRead = { path, reader, writer };
    const isLate = hasEnded(state, reader);
    state.staleReads.push(isLate ? { ...read, isLate } : read);
  }
}

/** Notes the paths under which a member has found nothing. */
export function noteMisses(state: WorkflowState, event: MissEvent): void {
  const { by: reader, paths, asked = false } = event;
  for (const path of paths) {
    const miss: Miss = { asked };
    state.misses.getOrInsertComputed(path, () => new Map()).set(reader, miss);
    const file = state.paths.get(path);
    // A question is noted late, when the file may be there.
    if (!file || file.writers.has(reader)) continue;
    const [by] = file.writers;
    const making = { path, kind: file.kind, by };
    if (isMissedTooEarly(state, reader, making)) miss.writer = by;
  }
}

/** Notes that a member has found after all what it had missed. */
export function noteFound(state: WorkflowState, event: FoundEvent): void {
  forgetMiss(state, event.path, event.by);
}

/** Forgets a miss of a member, which now makes the entry itself. */
export function forgetMiss(
  { misses }: WorkflowState,
  path: string,
  member: string,
): void {
  misses.get(path)?.delete(member);
}

/**
 * Notes what a member has missed and not found until its end. Before, a program
 * that looks again and again may still find it.
 */
export function tellMissesOf(state: WorkflowState, member: string): void {
  for (const [path, misses] of state.misses) {
    if (misses.get(member)?.writer !== undefined) tell(state, path, member);
  }
}

function tell(
  state: WorkflowState,
  path: string,
  reader: string,
  isLate?: true,
): void {
  const misses = state.misses.get(path);
  const writer = misses?.get(reader)?.writer;
  if (writer === undefined) return;
  misses?.delete(reader);
  const read: StaleRead = { path, reader, writer, isMiss: true };
  state.staleReads.push(isLate ? { ...read, isLate } : read);
}

function hasEnded({ members }: WorkflowState, member: string): boolean {
  return members.get(member)?.ending !== undefined;
}

/** Tells whether the steps, one after the other, would have read another file. */
export function isReadTooEarly(
  state: WorkflowState,
  path: string,
  reader: string,
  writer: string,
): boolean {
  // Without a graph a step waits for others that the plan names after it.
  const usesPlan = state.engine.hasGraph;
  return isTooEarly(state, path, reader, writer, { usesPlan });
}

function isMissedTooEarly(
  state: WorkflowState,
  reader: string,
  { path, by }: Making,
): boolean {
  const app = state.members.get(reader)?.app;
  if (app !== undefined && app === state.members.get(by)?.app) return false;
  return isTooEarly(state, path, reader, by);
}

/**
 * Tells whether a member reads a file before another one writes it although it
 * would come after it when the steps run one after the other.
 */
export function isTooEarly(
  state: WorkflowState,
  path: string,
  readerId: string,
  writerId: string,
  options?: OrderOptions,
): boolean {
  const reader = state.members.get(readerId);
  const writer = state.members.get(writerId);
  if (!reader || !writer) return true;
  // A producer never waits: it knows that others make the file, too.
  if (state.engine.producers(path).includes(reader.app)) return false;
  switch (orderOf(state, reader.app, writer.app, options)) {
    case "before":
      return false;
    case "after":
      return true;
    case "unknown":
      return !ranBefore(state, reader, writer);
  }
}

/**
 * Tells whether a member had ended before another one came. Steps of a plan were
 * to run at once, however fast each of them was.
 */
function ranBefore(
  { steps }: WorkflowState,
  reader: Member,
  writer: Member,
): boolean {
  if (steps.includes(reader.app) && steps.includes(writer.app)) return false;
  return reader.went !== undefined && reader.went < writer.came;
}
