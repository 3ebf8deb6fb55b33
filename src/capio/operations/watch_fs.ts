import type { Place, Workspace } from "../overlay/mod.ts";
import { system } from "../platform/mod.ts";
import { OverlayWatcher } from "./overlay_watcher.ts";

/** `Deno.watchFs`: watches both trees as though they were one. */
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
      // New files appear in the spool, which is watched from the start.
      if (isRecursive) folder.makeSpoolTree(path);
      else {
        for (const spool of folder.spools.all) {
          folder.makeSpoolDirectory(path, spool);
        }
      }
      // The spool of the root lies below it and would be watched twice.
      if (path !== "" || !isRecursive) watched.push(folder.spool(path, "disk"));
      if (folder.memory) watched.push(folder.spool(path, "memory"));
    } else if (workflow.isInSpool(path)) {
      watched.push(workspace.locate(path));
    } else if (!workspace.real(path)) {
      watched.push(folder.real(path));
    }
  }
  const watcher = system.watchFs(watched, options);
  return new OverlayWatcher(workspace, watcher, isRecursive);
}
