import type { WorkflowFile, WorkflowState } from "./state.ts";

/** Returns all files that somebody can still ask for. */
export function filesOf(state: WorkflowState): WorkflowFile[] {
  const { paths, pending, handles, unpublished } = state;
  const unnamed = [...pending, ...handles.values(), ...unpublished.values()];
  return [...new Set([...paths.values(), ...unnamed])];
}
