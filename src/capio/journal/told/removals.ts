import { parentOf } from "../../platform/mod.ts";
import { isTooEarly } from "./stale_reads.ts";
import { addRewrite, type WorkflowState } from "../state/mod.ts";

/** How many removed names are remembered. */
const MOST_REMEMBERED = 10_000;

/**
 * Notes that a member has taken away what a path named, and all below it. Those
 * that have read it would have found nothing with the steps one after the other.
 *
 * @param mayBeTree Whether there may have been something below it.
 */
export function noteRemoval(
  state: WorkflowState,
  path: string,
  by: string,
  { mayBeTree }: { mayBeTree: boolean },
): void {
  // Who reads a file while it is written, or only asks, reports that later.
  const { removers } = state;
  removers.delete(path);
  removers.set(path, by);
  const [oldest] = removers.keys();
  if (removers.size > MOST_REMEMBERED) removers.delete(oldest);
  for (const name of mayBeTree ? namesRead(state, path) : [path]) {
    for (const reader of readersOf(state, name)) {
      if (reader !== by) removedBy(state, name).set(reader, by);
    }
  }
}

/** Notes that a member has found a file, which may have been removed since. */
export function noteFoundRemoved(
  state: WorkflowState,
  path: string,
  reader: string,
): void {
  if (state.paths.has(path)) return;
  const remover = removerOf(state, path);
  if (remover === undefined || remover === reader) return;
  removedBy(state, path).set(reader, remover);
}

/** Returns the member that has removed an entry, or a directory above it. */
function removerOf(
  { removers }: WorkflowState,
  path: string,
): string | undefined {
  for (let name = path; name !== ""; name = parentOf(name)) {
    const remover = removers.get(name);
    if (remover !== undefined) return remover;
  }
  return undefined;
}

/**
 * Notes which files a member has read that were removed until its end, and which
 * ones it has removed that a member read which ended before. Until then another
 * file may get the name, which is told in a way of its own.
 */
export function tellRemovedOf(state: WorkflowState, member: string): void {
  for (const [path, removers] of state.removals) {
    for (const [reader, remover] of removers) {
      const isLater = remover === member && state.members.get(reader)?.ending;
      if (reader === member || isLater) tell(state, path, reader);
    }
  }
}

function tell(state: WorkflowState, path: string, reader: string): void {
  const writer = state.removals.get(path)?.get(reader);
  if (writer === undefined || state.paths.has(path)) return;
  const app = state.members.get(reader)?.app;
  if (app === state.members.get(writer)?.app) return;
  const usesPlan = state.engine.hasGraph || !state.inputs.has(path);
  if (!isTooEarly(state, path, reader, writer, { usesPlan })) return;
  addRewrite(state, { path, reader, writer, kind: "removed" });
}

/** Yields the names at a path or below it that members have found. */
function* namesRead(state: WorkflowState, path: string): Generator<string> {
  const { inputs, pathReadings, seen, paths } = state;
  const isRead = readersOf(state, path).size > 0;
  if (isRead) yield path;
  // What was read as a file has nothing below it.
  if (isRead || paths.get(path)?.kind === "file") return;
  const prefix = `${path}/`;
  for (
    const name of new Set(
      [inputs, pathReadings, seen].flatMap((it) => [...it.keys()]),
    )
  ) {
    if (name.startsWith(prefix)) yield name;
  }
}

function readersOf(state: WorkflowState, path: string): ReadonlySet<string> {
  return new Set([
    ...state.inputs.get(path) ?? [],
    ...state.pathReadings.get(path)?.keys() ?? [],
    ...state.seen.get(path)?.keys() ?? [],
  ]);
}

function removedBy(
  { removals }: WorkflowState,
  path: string,
): Map<string, string> {
  return removals.getOrInsertComputed(path, () => new Map());
}
