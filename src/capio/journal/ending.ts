import { isComplete, isHopeless } from "./commit.ts";
import type { WorkflowFile, WorkflowState } from "./state.ts";

/** Commits the file if its rule is satisfied, and then what waits for it. */
export function settle(
  state: WorkflowState,
  file: WorkflowFile,
  event: { by: string; time: number },
): WorkflowState {
  if (file.phase !== "open" || !isComplete(state, file)) return state;
  end(state, file, "committed", event.time);
  file.committedBy = event.by;
  if (!file.unlinked && state.engine.isPermanent(file.path)) {
    state.unpublished.set(file.number, file);
  }
  for (const dependent of [...state.dependents]) {
    settle(state, dependent, event);
  }
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
  loseHopeless(state, member, time);
  return state;
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

/** Loses what nobody is left to finish. */
export function loseHopeless(
  state: WorkflowState,
  member: string,
  time: number,
): void {
  for (const file of state.dependents) {
    if (isHopeless(state, file)) lose(state, file, member, time);
  }
}
