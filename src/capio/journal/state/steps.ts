import type { Member, WorkflowState } from "./state.ts";

/** Tells whether a member belongs to a step: neither a plan nor an agent does. */
export function isOfStep(
  { planner }: Pick<WorkflowState, "planner">,
  { id, isAgent, isPlanner }: Member,
): boolean {
  return id !== planner && !isAgent && !isPlanner;
}
