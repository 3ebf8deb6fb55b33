import type { Workspace } from "../../overlay/mod.ts";
import { ifPresent, lstatIfPresent, system } from "../../platform/mod.ts";

/**
 * Returns whether an entry of the spool is unknown to the workflow: its maker
 * has not reported it yet, or another program has removed the directory that it
 * is the counterpart of.
 */
export function isUnknown(
  { folder, workflow }: Workspace,
  path: string,
): boolean {
  return !workflow.state.paths.has(path) &&
    !lstatIfPresent(folder.real(path));
}

/**
 * Returns whether a spool directory is only the counterpart of a directory that
 * another program has removed.
 */
function isStaleCounterpart(workspace: Workspace, path: string): boolean {
  return isUnknown(workspace, path) &&
    workspace.folder.spools.locations(path)
      .some((location) => lstatIfPresent(location)?.isDirectory);
}

/**
 * Removes a stale counterpart that this process has made, unless it holds files
 * of the workflow. One of another process may be about to be reported.
 */
export function removeStaleCounterpart(
  workspace: Workspace,
  path: string,
): void {
  if (!workspace.folder.hasMadeSpoolTree(path)) return;
  if (!isStaleCounterpart(workspace, path)) return;
  for (const directory of workspace.folder.spools.locations(path)) {
    workspace.spoolWays.checkLocation(directory);
    const entries = ifPresent(() => [...system.readDirSync(directory)]) ?? [];
    for (const { name } of entries) {
      removeStaleCounterpart(workspace, `${path}/${name}`);
    }
    try {
      system.removeSync(directory);
    } catch {
      // The entry that is to take its place reports why it cannot.
    }
  }
}
