import type { Place, Workspace } from "../overlay/mod.ts";
import { namingGivenPath } from "./finding/mod.ts";

/**
 * `Deno.chdir` and `process.chdir`: the process enters a directory of the real
 * tree, which is created there if only the spool has it.
 */
export function chdir(
  workspace: Workspace,
  place: Place,
  original: (directory: string) => unknown,
): unknown {
  const { path, tail } = place;
  workspace.workflow.refresh();
  const location = workspace.trees.isDirectory(path)
    ? workspace.folder.makeRealDirectory(path)
    : workspace.trees.locate(path) + tail;
  try {
    return original(location);
  } catch (error) {
    throw namingGivenPath(error, location, place);
  }
}
