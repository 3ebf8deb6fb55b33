import { filesOf, type WorkflowState } from "../state/mod.ts";

/**
 * How much is remembered of names that no file has any more: who read what they
 * named, and who looked for it in vain. A later file of the name makes that out
 * of date, which is told.
 */
const MOST_REMEMBERED = 10_000;

/**
 * Forgets what nobody can ask for again: files that were removed, how far they
 * were read, members that have ended and have left nothing, and what was read
 * long ago under names that are no more. So the state of a workflow grows with
 * what is there, not with what has been.
 *
 * All members do so at the same line of the journal, and agree afterwards.
 */
export function forget(state: WorkflowState): WorkflowState {
  finishRemoved(state);
  forgetReadings(state);
  forgetMisses(state);
  forgetRemovals(state);
  forgetNumbers(state);
  forgetMembers(state);
  return state;
}

/**
 * Commits the files that nobody can write any more, neither by name nor through a
 * handle. A reader that still has one open has it whole.
 */
function finishRemoved({ pending, dependents }: WorkflowState): void {
  for (const file of pending) {
    if (!file.unlinked || file.holders.length > 0) continue;
    file.phase = "committed";
    pending.delete(file);
    dependents.delete(file);
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

function forgetMisses({ misses }: WorkflowState): void {
  for (const [path, readers] of misses) {
    if (readers.size === 0) misses.delete(path);
  }
  keepNewest(misses, () => false);
}

function forgetRemovals({ removals, seen, listings }: WorkflowState): void {
  for (const map of [seen, listings]) keepNewest(map, () => false);
  keepNewest(removals, () => false);
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

function forgetMembers(state: WorkflowState): void {
  const named = new Set(membersNamedIn(state));
  for (const { id, ending } of state.members.values()) {
    if (ending && !named.has(id)) state.members.delete(id);
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
