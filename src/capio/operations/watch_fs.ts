import type { Place, Workspace } from "../overlay/mod.ts";
import { system } from "../platform/mod.ts";
import { OverlayWatcher } from "./overlay_watcher.ts";

/** `Deno.watchFs`: both trees, seen as one. */
export function watchFs(
  workspace: Workspace,
  places: readonly Place[],
  outside: readonly string[],
  options?: { recursive: boolean },
): Deno.FsWatcher {
  const { folder, workflow } = workspace;
  const isRecursive = options?.recursive !== false;
  workflow.refresh();
  const watched: string[] = [...outside];
  for (const { path } of places) {
    if (workspace.real(path)) watched.push(folder.real(path));
    if (workspace.isDirectory(path)) {
      // New files appear in the spool: it is watched from the beginning.
      if (isRecursive) folder.makeSpoolTree(path);
      else folder.makeSpoolDirectory(path);
      // That of the whole lies below it, and would be watched twice.
      if (path !== "" || !isRecursive) watched.push(folder.spool(path));
    } else if (workflow.isInSpool(path)) {
      watched.push(folder.spool(path));
    } else if (!workspace.real(path)) {
      watched.push(folder.real(path));
    }
  }
  const watcher = system.watchFs(watched, options);
  return new OverlayWatcher(workspace, watcher, isRecursive);
}
