import type { SizedReading, WorkflowState } from "./state.ts";

/** Tells whether a member that went by a size has ended, and will not read on. */
export function isSizedReadingOver(
  { members }: WorkflowState,
  { member, ifLost }: SizedReading,
): boolean {
  const ending = members.get(member)?.ending;
  return ifLost ? ending === "lost" : ending !== undefined;
}
