import { dirname } from "@std/path";
import { atOnce, call, type Operation, runSync } from "../platform/effects.ts";
import { ifPresent, lstatIfPresent, system } from "../platform/system.ts";
import type { Place } from "../overlay/place.ts";
import { childOf } from "../platform/relative_path.ts";
import type { Workspace } from "../overlay/workspace.ts";
import { listBoth } from "./read_dir.ts";
import { removeStaleCounterpart } from "./stale_counterpart.ts";
import { at } from "./at_location.ts";

/** `Deno.mkdir`, in the spool. */
export function mkdir<T = void>(
  workspace: Workspace,
  place: Place,
  options?: Deno.MkdirOptions,
  make: (location: string) => Operation<T | void> = (location) =>
    call("mkdir", location, options),
): Operation<T | void> {
  const now = () => runSync(mkdirNow(workspace, place, options, make));
  // One of those who try at the same time succeeds: it may be a lock.
  return atOnce(() => workspace.workflow.moving(now));
}

function* mkdirNow<T>(
  workspace: Workspace,
  place: Place,
  options: Deno.MkdirOptions | undefined,
  make: (location: string) => Operation<T | void>,
): Operation<T | void> {
  const { path } = place;
  if (workspace.exists(path)) {
    // A link may lead to what is in the other tree.
    if (options?.recursive && isLinkToDirectory(workspace, place)) return;
    return yield* at(workspace.locate(path), place, make);
  }
  const parent = dirname(path);
  if (options?.recursive && parent !== "." && !workspace.exists(parent)) {
    const link = brokenLinkAbove(workspace, place);
    if (link !== undefined) return yield* at(link, place, make);
    const above = { ...place, path: parent, tail: "" };
    yield* mkdirNow(workspace, above, options, make);
  }
  removeStaleCounterpart(workspace, path);
  const location = workspace.placeNew(path);
  yield* at(location, place, make);
  if (location !== workspace.folder.spool(path)) return;
  workspace.workflow.append({ event: "make", path, kind: "directory" });
  workspace.workflow.refresh();
}

/** Where a link to nothing is on the way: nothing is made through it. */
function brokenLinkAbove(
  workspace: Workspace,
  { given }: Place,
): string | undefined {
  let name = given;
  let place: Place | undefined;
  while ((place = workspace.find(name = dirname(name), false))) {
    const location = workspace.locate(place.path);
    const info = lstatIfPresent(location);
    if (!info) continue;
    if (!info.isSymlink || isLinkToDirectory(workspace, place)) return;
    return location;
  }
}

function isLinkToDirectory(
  workspace: Workspace,
  { path, given }: Place,
): boolean {
  const info = lstatIfPresent(workspace.locate(path));
  if (!info?.isSymlink) return false;
  const target = workspace.find(given);
  return target !== undefined && workspace.isDirectory(target.path);
}

/** `Deno.remove`, in both trees. */
export function* remove(
  workspace: Workspace,
  place: Place,
  options?: Deno.RemoveOptions,
  removeAt: (location: string) => Operation<void> = (location) =>
    call("remove", location, options),
): Operation<void> {
  // A whole tree takes its time: nobody else is to wait for that.
  if (options?.recursive) {
    workspace.workflow.refresh();
    if (workspace.rights.enforcesGraph) checkGraphBelow(workspace, place);
    return yield* removeNow(workspace, place, options, removeAt);
  }
  workspace.workflow.moving(() =>
    runSync(removeNow(workspace, place, options, removeAt))
  );
}

function* removeNow(
  workspace: Workspace,
  place: Place,
  options: Deno.RemoveOptions | undefined,
  removeAt: (location: string) => Operation<void>,
): Operation<void> {
  const { folder, workflow } = workspace;
  const { path } = place;
  const locations = [folder.spool(path), folder.real(path)]
    .filter((location) => lstatIfPresent(location));
  if (locations.length < 2) {
    yield* at(locations[0] ?? workspace.locate(path), place, removeAt);
  } else {
    if (!options?.recursive && listBoth(workspace, path).size > 0) {
      // Both or neither: the one with something in it says why not.
      locations.sort((a, b) => entryCount(b) - entryCount(a));
    }
    for (const location of locations) yield* at(location, place, removeAt);
  }
  workflow.append({ event: "remove", path });
  workflow.refresh();
}

/** Refuses what removes anything that the app may not remove by itself. */
function checkGraphBelow(workspace: Workspace, { path, given }: Place): void {
  // A link goes without what it leads to.
  if (!workspace.isDirectory(path)) return;
  for (const { name, isDirectory } of listBoth(workspace, path).values()) {
    const below = {
      path: childOf(path, name),
      given: `${given}/${name}`,
      tail: "",
    };
    workspace.rights.checkGraph(below, isDirectory ? "remove" : "write");
    checkGraphBelow(workspace, below);
  }
}

/** How many entries a directory has by itself, none when it is missing. */
export function entryCount(directory: string): number {
  return ifPresent(() => [...system.readDirSync(directory)].length) ?? 0;
}
