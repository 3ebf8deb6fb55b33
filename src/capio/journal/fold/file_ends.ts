import {
  type FileHome,
  hopelessFiles,
  isComplete,
  keyOfHome,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/** Commits the file if its rule is satisfied, and then what depends on it. */
export function commitIfComplete(
  state: WorkflowState,
  file: WorkflowFile,
  event: { by: string; time: number },
): WorkflowState {
  if (!commit(state, file, event)) return state;
  return isAwaited(state, file) ? commitDependents(state, event) : state;
}

/** Commits the files whose dependencies are committed by now. */
export function commitDependents(
  state: WorkflowState,
  event: { by: string; time: number },
): WorkflowState {
  let mayHaveMore: boolean;
  do {
    mayHaveMore = false;
    for (const file of state.dependents) {
      if (!commit(state, file, event)) continue;
      mayHaveMore ||= isAwaited(state, file);
    }
  } while (mayHaveMore);
  return state;
}

/** Marks the file as lost, and with it what can no longer be finished. */
export function lose(
  state: WorkflowState,
  file: WorkflowFile,
  member: string,
  time: number,
): WorkflowState {
  endLost(state, file, member, time);
  return isAwaited(state, file) ? loseHopeless(state, member, time) : state;
}

/** Marks the files as lost that no producer is left to finish. */
export function loseHopeless(
  state: WorkflowState,
  member: string,
  time: number,
): WorkflowState {
  for (const file of hopelessFiles(state)) {
    endLost(state, file, member, time);
  }
  return state;
}

/** Enters the last phase of the file, which no later event changes. */
export function endFile(
  state: WorkflowState,
  file: WorkflowFile,
  phase: "committed" | "lost",
  time?: number,
): void {
  file.phase = phase;
  file.ended = time;
  state.awaits.concern(file.path);
  state.pending.delete(file);
  state.dependents.delete(file);
  if (file.home) endReplica(state, file, file.home);
  state.changes?.push({ file, is: phase });
}

function endReplica(
  { replicas, foreign }: WorkflowState,
  file: WorkflowFile,
  home: FileHome,
): void {
  replicas.delete(file.number);
  if (file.unlinked) foreign.delete(keyOfHome(home));
}

function endLost(
  state: WorkflowState,
  file: WorkflowFile,
  member: string,
  time: number,
): void {
  endFile(state, file, "lost", time);
  file.lostBy = member;
  if (file.unlinked) noteUnfinished(state, file);
}

/** Commits this file alone, if its rule is satisfied, and returns whether it did. */
function commit(
  state: WorkflowState,
  file: WorkflowFile,
  event: { by: string; time: number },
): boolean {
  if (file.phase !== "open" || !isComplete(state, file)) return false;
  endFile(state, file, "committed", event.time);
  file.committedBy = publisherOf(state, file, event.by);
  if (!file.unlinked && state.engine.isPermanent(file.path)) {
    state.unpublished.set(file.number, file);
  }
  return true;
}

/** The member of this machine that publishes a file, committed by an event. */
export function publisherOf(
  { machine, members }: WorkflowState,
  { namedBy }: WorkflowFile,
  author: string,
): string {
  if (machine === undefined) return author;
  const member = members.get(author);
  return member && !member.machine && !member.isAgent ? author : namedBy;
}

/** Tells whether other files depend on this one; for most files none does. */
export function isAwaited(
  { engine }: WorkflowState,
  { path }: WorkflowFile,
): boolean {
  const { dependencies } = engine;
  return dependencies.size > 0 && dependencies.has(path);
}

/** How many files are remembered that lost their names before their commit. */
const MOST_UNFINISHED = 10_000;

/**
 * Remembers a file that has lost its name before its commit. A reader that still
 * has it open may come to know only after a checkpoint, which has no such files.
 */
export function noteUnfinished(
  state: WorkflowState,
  { number, lostBy = "" }: WorkflowFile,
): void {
  const { unfinished } = state;
  unfinished.set(number, lostBy);
  const [oldest] = unfinished.keys();
  if (unfinished.size <= MOST_UNFINISHED) return;
  unfinished.delete(oldest);
  state.unfinishedFrom = Math.max(state.unfinishedFrom, oldest + 1);
}
