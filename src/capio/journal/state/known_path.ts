import type { WorkflowState } from "./state.ts";

/**
 * Returns a path, as the text that the file under it has if there is one: facts
 * of a million files share their paths.
 */
export function knownPath({ paths }: WorkflowState, path: string): string {
  return paths.get(path)?.path ?? path;
}
