import type { Place, Workspace } from "../overlay/mod.ts";
import { lstatIfPresent, parentOf, system } from "../platform/mod.ts";
import { OverlayWatcher } from "./overlay_watcher.ts";

/** Options of `Deno.watchFs`. */
export interface WatchOptions {
  readonly recursive?: boolean;
  /** Paths whose changes are not reported, and those of what lies below. */
  readonly ignore?: string | readonly string[];
}

/** `Deno.watchFs`: watches both trees as though they were one. */
export function watchFs(
  workspace: Workspace,
  places: readonly Place[],
  outside: readonly string[],
  given?: WatchOptions,
): Deno.FsWatcher {
  workspace.workflow.refresh();
  const options = ignoringBoth(workspace, given);
  const isFile = ({ path }: Place) =>
    !workspace.trees.isDirectory(path) && workspace.trees.exists(path);
  if (outside.length === 0 && places.length > 0 && places.every(isFile)) {
    return watchFiles(workspace, places, options);
  }
  const { folder, workflow } = workspace;
  const isRecursive = options?.recursive !== false;
  const watched: string[] = [...outside];
  for (const { path } of places) {
    if (workspace.trees.real(path)) watched.push(folder.real(path));
    if (workspace.trees.isDirectory(path)) {
      workflow.answers.watched(path, { isRecursive });
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
      watched.push(workspace.trees.locate(path));
    } else if (!workspace.trees.real(path)) {
      watched.push(folder.real(path));
    }
  }
  const watcher = system.watchFs(watched, options as { recursive: boolean });
  return new OverlayWatcher(workspace, watcher, { isRecursive });
}

/**
 * Watches files through their directories: a copy that a program begins to
 * write, and the file that is published, are other files to the system.
 */
function watchFiles(
  workspace: Workspace,
  places: readonly Place[],
  options: WatchOptions | undefined,
): Deno.FsWatcher {
  const { folder, workflow } = workspace;
  const watched = new Set<string>();
  for (const { path } of places) {
    const parent = parentOf(path);
    for (const spool of folder.spools.all) {
      watched.add(folder.makeSpoolDirectory(parent, spool));
    }
    if (parent === "" || workspace.trees.real(parent)) {
      watched.add(folder.real(parent));
    }
    // An agent writes to a replica under another name, which that of its
    // directory is not told of.
    const file = workflow.state.paths.get(path);
    if (file?.home && lstatIfPresent(folder.spool(path, "disk"))) {
      watched.add(folder.spool(path, "disk"));
    }
  }
  const flat = { ...options, recursive: false };
  const watcher = system.watchFs([...watched], flat as { recursive: boolean });
  const files = new Set(places.map(({ path }) => folder.real(path)));
  return new OverlayWatcher(workspace, watcher, { isRecursive: false, files });
}

/** Ignores what the program ignores in the spool too. */
function ignoringBoth(
  workspace: Workspace,
  options?: WatchOptions,
): WatchOptions | undefined {
  const given = options?.ignore;
  if (given === undefined) return options;
  const { spools } = workspace.folder;
  const paths = typeof given === "string" ? [given] : given;
  const ignore = paths.flatMap((path) => {
    const place = workspace.find(path);
    return place ? [path, ...spools.locations(place.path)] : [path];
  });
  return { ...options, ignore };
}
