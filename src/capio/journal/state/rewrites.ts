import type { Rewrite, WorkflowState } from "./state.ts";

/** Notes a rewrite, unless one of the same file and members is known. */
export function addRewrite(
  { rewrites }: WorkflowState,
  rewrite: Rewrite,
): void {
  rewrites.getOrInsert(keyOf(rewrite), rewrite);
}

/** Notes a rewrite, in the place of an earlier one of the same file and members. */
export function setRewrite(
  { rewrites }: WorkflowState,
  rewrite: Rewrite,
): void {
  rewrites.set(keyOf(rewrite), rewrite);
}

function keyOf({ reader, writer, path }: Rewrite): string {
  return `${reader} ${writer} ${path}`;
}
