import type { WorkflowState } from "../state/mod.ts";

/** Counts a line that is no event, or that cannot be used. */
export function passOver(state: WorkflowState): WorkflowState {
  state.passedOver++;
  return state;
}
