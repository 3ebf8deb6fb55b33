import { hopelessFiles, isComplete } from "./completion.ts";
import type { WorkflowFile, WorkflowState } from "./state.ts";

/** Commits the file if its rule is satisfied, and then what waits for it. */
export function settle(
  state: WorkflowState,
  file: WorkflowFile,
  event: { by: string; time: number },
): WorkflowState {
  if (!commit(state, file, event)) return state;
  return isAwaited(state, file) ? settleDependents(state, event) : state;
}

/** Commits what waited for something that is complete now. */
export function settleDependents(
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

/** Says that the file will never be finished, nor what depends on it. */
export function lose(
  state: WorkflowState,
  file: WorkflowFile,
  member: string,
  time: number,
): WorkflowState {
  end(state, file, "lost", time);
  file.lostBy = member;
  return isAwaited(state, file) ? loseHopeless(state, member, time) : state;
}

/** Loses what nobody is left to finish. */
export function loseHopeless(
  state: WorkflowState,
  member: string,
  time: number,
): WorkflowState {
  for (const file of hopelessFiles(state)) {
    end(state, file, "lost", time);
    file.lostBy = member;
  }
  return state;
}

/** Commits the file, and no other, if its rule is satisfied. */
function commit(
  state: WorkflowState,
  file: WorkflowFile,
  event: { by: string; time: number },
): boolean {
  if (file.phase !== "open" || !isComplete(state, file)) return false;
  end(state, file, "committed", event.time);
  file.committedBy = event.by;
  if (!file.unlinked && state.engine.isPermanent(file.path)) {
    state.unpublished.set(file.number, file);
  }
  return true;
}

/** Whether the end of the file may be that of others, most often of none. */
function isAwaited({ engine }: WorkflowState, { path }: WorkflowFile): boolean {
  return engine.dependencies.has(path);
}

/** Nothing changes what is committed or lost any more. */
function end(
  state: WorkflowState,
  file: WorkflowFile,
  phase: "committed" | "lost",
  time: number,
): void {
  file.phase = phase;
  file.ended = time;
  state.pending.delete(file);
  state.dependents.delete(file);
}
