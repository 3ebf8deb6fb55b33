import { dirname } from "@std/path";
import type { Place, Workspace } from "../../overlay/mod.ts";
import {
  atOnce,
  call,
  lstatIfPresent,
  type Operation,
  runSync,
} from "../../platform/mod.ts";
import { withGivenPath } from "../finding/mod.ts";
import { removeStaleCounterpart } from "./stale_counterpart.ts";

/** `Deno.mkdir`: makes the directory in the spool. */
export function mkdir(
  workspace: Workspace,
  place: Place,
  options?: Deno.MkdirOptions,
): Operation<void> {
  return mkdirWith(
    workspace,
    place,
    options,
    (location) => call("mkdir", location, options),
  );
}

/** Makes a directory in the spool with `make`. */
export function mkdirWith<T>(
  workspace: Workspace,
  place: Place,
  options: Deno.MkdirOptions | undefined,
  make: (location: string) => Operation<T>,
): Operation<T | void> {
  const now = () => runSync(mkdirNow(workspace, place, options, make));
  // Of several members that try at once one succeeds: it may be a lock.
  return atOnce(() => workspace.workflow.moving(now));
}

function* mkdirNow<T>(
  workspace: Workspace,
  place: Place,
  options: Deno.MkdirOptions | undefined,
  make: (location: string) => Operation<T>,
): Operation<T | void> {
  const { path } = place;
  if (workspace.trees.exists(path)) {
    workspace.workflow.answers.found(path);
    // The link may lead to a directory of the other tree.
    if (options?.recursive && isLinkToDirectory(workspace, place)) return;
    return yield* withGivenPath(workspace.trees.locate(path), place, make);
  }
  const parent = dirname(path);
  if (options?.recursive && parent !== "." && !workspace.trees.exists(parent)) {
    const link = brokenLinkAbove(workspace, place);
    if (link !== undefined) return yield* withGivenPath(link, place, make);
    const above = { ...place, path: parent, tail: "" };
    yield* mkdirNow(workspace, above, options, make);
  }
  removeStaleCounterpart(workspace, path);
  const location = workspace.trees.placeNew(path);
  yield* withGivenPath(location, place, make);
  const { folder } = workspace;
  if (!folder.spoolAt(location)) return;
  const kind = "directory";
  const field = folder.spoolField(location);
  workspace.workflow.append({ event: "make", path, kind, ...field });
  workspace.workflow.refresh();
}

/** Finds a broken link on the way: no directory is created through it. */
function brokenLinkAbove(
  workspace: Workspace,
  { given }: Place,
): string | undefined {
  let name = given;
  let place: Place | undefined;
  while ((place = workspace.find(name = dirname(name), false))) {
    const location = workspace.trees.locate(place.path);
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
  const info = lstatIfPresent(workspace.trees.locate(path));
  if (!info?.isSymlink) return false;
  const target = workspace.find(given);
  return target !== undefined && workspace.trees.isDirectory(target.path);
}
