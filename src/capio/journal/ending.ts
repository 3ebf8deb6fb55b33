import { hopelessFiles, isComplete } from "./commit.ts";
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
  return settleDependents(state, event);
}

/** Commits what waited for something that is complete now. */
export function settleDependents(
  state: WorkflowState,
  event: { by: string; time: number },
): WorkflowState {
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
  return loseHopeless(state, member, time);
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
