import type { Place, Workspace } from "../overlay/mod.ts";
import { namingGivenPath } from "./at_location.ts";

/**
 * `Deno.chdir` and `process.chdir`: the process stands in the real tree, where
 * a new directory is made before its time.
 */
export function chdir(
  workspace: Workspace,
  place: Place,
  original: (directory: string) => unknown,
): unknown {
  const { path, tail } = place;
  workspace.workflow.refresh();
  const location = workspace.isDirectory(path)
    ? workspace.folder.makeRealDirectory(path)
    : workspace.locate(path) + tail;
  try {
    return original(location);
  } catch (error) {
    throw namingGivenPath(error, location, place);
  }
}
