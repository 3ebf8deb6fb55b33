import type { Workspace } from "../overlay/mod.ts";
import { lstatIfPresent, system } from "../platform/mod.ts";

/**
 * Whether what is in the spool is none of the workflow's yet, for who makes it
 * has not said so, or no longer, for another program has removed the rest of it.
 */
export function isUnknown(
  { folder, workflow }: Workspace,
  path: string,
): boolean {
  return !workflow.state.paths.has(path) &&
    !lstatIfPresent(folder.real(path));
}

/**
 * Whether what is in the spool is only its part of a directory that another
 * program has removed.
 */
function isStaleCounterpart(workspace: Workspace, path: string): boolean {
  return isUnknown(workspace, path) &&
    (lstatIfPresent(workspace.folder.spool(path))?.isDirectory ?? false);
}

/**
 * Takes it out of the way, unless files of the workflow are in it: one that
 * this process has made, for else it may be what somebody makes just now.
 */
export function removeStaleCounterpart(
  workspace: Workspace,
  path: string,
): void {
  if (!workspace.folder.hasMadeSpoolTree(path)) return;
  if (!isStaleCounterpart(workspace, path)) return;
  const spool = workspace.folder.spool(path);
  for (const { name } of system.readDirSync(spool)) {
    removeStaleCounterpart(workspace, `${path}/${name}`);
  }
  try {
    system.removeSync(spool);
  } catch {
    // What is to take its place says why it cannot.
  }
}
