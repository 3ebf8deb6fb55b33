import { filesOf, type WorkflowState } from "../state/mod.ts";
import { endFile } from "./file_ends.ts";

/**
 * How much is remembered of names that no file has any more: who read what they
 * named, and who looked for it in vain. A later file of the name makes that out
 * of date, which is told.
 */
const MOST_REMEMBERED = 2_000;

/**
 * Forgets what nobody can ask for again: files that were removed, how far they
 * were read, members that have ended and have left nothing, and what was read
 * long ago under names that are no more. So the state of a workflow grows with
 * what is there, not with what has been.
 *
 * All members do so at the same line of the journal, and agree afterwards.
 */
export function forget(state: WorkflowState): WorkflowState {
  dropEmpty(state);
  forgetHandles(state);
  finishRemoved(state);
  forgetReadings(state);
  forgetAnswers(state);
  forgetNumbers(state);
  forgetDirectories(state);
  forgetTold(state);
  forgetMembers(state);
  return state;
}

/** Drops what is left of readings and the like that are no more. */
function dropEmpty(state: WorkflowState): void {
  const { inputs, misses, pathReadings, seen, listings, removals } = state;
  for (const map of [misses, pathReadings, seen, listings, removals, inputs]) {
    for (const [path, { size }] of map) if (size === 0) map.delete(path);
  }
}

/** Forgets the handles of members that have ended without closing them. */
function forgetHandles({ handles, members }: WorkflowState): void {
  for (const [handle, file] of handles) {
    if (file.phase === "open") continue;
    const holder = file.holders.find((it) => it.handle === handle);
    const member = members.get(holder?.member ?? "");
    if (member && !member.ending) continue;
    handles.delete(handle);
    file.holders = file.holders.filter((it) => it.handle !== handle);
  }
}

/**
 * Commits the files that nobody can write any more, neither by name nor through a
 * handle. A reader that still has one open has it whole.
 */
function finishRemoved(state: WorkflowState): void {
  for (const file of state.pending) {
    if (!file.unlinked || file.holders.length > 0) continue;
    endFile(state, file, "committed");
  }
}

function forgetReadings(state: WorkflowState): void {
  const { paths, inputs, readings, pathReadings, replacedPaths } = state;
  for (const [key, { path }] of readings) {
    if (!paths.has(path) && !inputs.has(path)) readings.delete(key);
  }
  keepNewest(pathReadings, (path) => paths.has(path));
  for (const path of replacedPaths) {
    if (!pathReadings.has(path)) replacedPaths.delete(path);
  }
  if (state.sizedReadings.length === 0) return;
  const numbers = new Set(filesOf(state).map(({ number }) => number));
  const sized = state.sizedReadings.filter(({ file }) => numbers.has(file));
  state.sizedReadings.length = 0;
  for (const it of sized) state.sizedReadings.push(it);
}

function forgetAnswers(state: WorkflowState): void {
  const { misses, removals, seen, listings, inputs, removers, paths } = state;
  // Real files that were removed are known by their removal.
  keepNewest(inputs, (path) => paths.has(path) || !removers.has(path));
  for (const map of [misses, seen, listings, removals, removers]) {
    keepNewest(map, () => false);
  }
}

/** Forgets which files were copies, and who changed them. */
function forgetNumbers(state: WorkflowState): void {
  const { copies, rewriters, pathReadings } = state;
  if (copies.size === 0 && rewriters.size === 0) return;
  const known = new Set(filesOf(state).map(({ number }) => number));
  for (const readings of pathReadings.values()) {
    for (const { number } of readings.values()) known.add(number);
  }
  for (const number of copies.keys()) {
    if (!known.has(number)) copies.delete(number);
  }
  keepNewest(rewriters, (number) => known.has(number));
}

/**
 * Forgets the oldest directories that are gone and that only globs are about, and
 * who has filled a directory and left.
 */
function forgetDirectories({ engine, paths, folders, members }: WorkflowState) {
  keepNewest(folders, (path) => {
    if (path === "" || paths.has(path)) return true;
    return (folders.get(path)?.entries ?? 0) > 0 ||
      engine.dependencies.has(path);
  });
  for (const { writers } of folders.values()) {
    let hasFailure = false;
    for (const id of writers) {
      const ending = members.get(id)?.ending;
      // One that has failed keeps the directory from being complete.
      const isNeeded = !ending || ending !== "left" && !hasFailure;
      if (ending && ending !== "left") hasFailure = true;
      if (!isNeeded && writers.size > 1) writers.delete(id);
    }
  }
}

/** Forgets the oldest of what was told, and counts it. */
function forgetTold({ staleReads, rewrites, forgotten }: WorkflowState): void {
  const surplus = Math.max(0, staleReads.length - MOST_REMEMBERED);
  staleReads.splice(0, surplus);
  forgotten.staleReads += surplus;
  const { size } = rewrites;
  keepNewest(rewrites, () => false);
  forgotten.rewrites += size - rewrites.size;
}

function forgetMembers(state: WorkflowState): void {
  const { members, forgotten } = state;
  const latest = new Map<string, string>();
  const named = new Set(membersNamedIn(state));
  // The status shows how each step has ended.
  for (const { app, id } of members.values()) latest.set(app, id);
  // Of workers that are still there it matters how their program has ended.
  const running = new Set(
    members.values().filter((it) => !it.ending).map((it) => it.pid),
  );
  for (
    const { id, app, ending, pid, isWorker, isReported } of members.values()
  ) {
    if (!ending || named.has(id) || latest.get(app) === id) continue;
    if (running.has(pid) && (isReported || !isWorker)) continue;
    members.delete(id);
    forgotten.members++;
    if (ending !== "left") forgotten.failures++;
  }
}

/** Yields the members that something in the state still refers to. */
function* membersNamedIn(
  state: WorkflowState,
): Generator<string | undefined> {
  yield state.planner;
  for (const { lostBy } of state.apps.values()) yield lostBy;
  for (const file of filesOf(state)) {
    yield* [file.namedBy, file.committedBy, file.lostBy];
    yield* file.writers;
    yield* file.readers ?? [];
    yield* file.replaced?.readers ?? [];
    yield* file.readTo?.keys() ?? [];
    for (const { by } of file.overwrites ?? []) yield by;
  }
  for (const { writers } of state.folders.values()) yield* writers;
  for (const readers of state.inputs.values()) yield* readers;
  for (const misses of state.misses.values()) {
    for (const [member, { writer }] of misses) yield* [member, writer];
  }
  for (const readings of state.pathReadings.values()) {
    for (const [member, it] of readings) yield* [member, it.replacedBy];
  }
  yield* state.removers.values();
  for (const members of state.seen.values()) yield* members.keys();
  for (const members of state.listings.values()) {
    for (const [member, missed] of members) {
      yield member;
      yield* missed.values();
    }
  }
  for (const removals of state.removals.values()) {
    for (const pair of removals) yield* pair;
  }
  for (const { member } of state.readings.values()) yield member;
  for (const { member } of state.sizedReadings) yield member;
  for (const { reader, writer } of state.staleReads) yield* [reader, writer];
  for (const { reader, writer } of state.rewrites.values()) {
    yield* [reader, writer];
  }
  yield* state.rewriters.values();
}

/** Drops the oldest entries but for those that are needed. */
function keepNewest<K>(
  map: Map<K, unknown>,
  isNeeded: (key: K) => boolean,
): void {
  const others = [...map.keys()].filter((key) => !isNeeded(key));
  const surplus = others.length - MOST_REMEMBERED;
  for (const key of others.slice(0, Math.max(0, surplus))) map.delete(key);
}
