import { dirname } from "@std/path";
import type { Place, Workspace } from "../../overlay/mod.ts";
import {
  call,
  ifPresent,
  lstatIfPresent,
  type Operation,
  runSync,
  system,
} from "../../platform/mod.ts";
import { REMOVE, untilMade, withGivenPath } from "../finding/mod.ts";
import { checkRemovingBelow } from "./tree_rights.ts";
import { listBoth } from "./listing.ts";

/** `Deno.remove`: removes the entry from all trees. */
export function remove(
  workspace: Workspace,
  place: Place,
  options?: Deno.RemoveOptions,
): Operation<void> {
  return removeWith(
    workspace,
    place,
    options,
    (location) => call("remove", location, options),
  );
}

/** Removes an entry from all trees with `removeAt`. */
export function* removeWith(
  workspace: Workspace,
  place: Place,
  options: Deno.RemoveOptions | undefined,
  removeAt: (location: string) => Operation<void>,
): Operation<void> {
  const here = yield* untilMade(workspace, place, REMOVE);
  // Removing a tree takes long: the other members do not wait for it.
  if (options?.recursive) {
    workspace.workflow.refresh();
    checkRemovingBelow(workspace, here);
    return yield* removeNow(workspace, here, options, removeAt);
  }
  workspace.workflow.moving(() =>
    runSync(removeNow(workspace, here, options, removeAt))
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
  workspace.homes.checkBelow(place);
  const entries = folder.trees(path)
    .map((location) => ({ location, info: lstatIfPresent(location) }))
    .filter(({ info }) => info);
  const locations = entries.map(({ location }) => location);
  for (const location of locations) {
    workspace.spoolWays.checkLocation(dirname(location));
  }
  if (locations.length < 2) {
    yield* withGivenPath(
      locations[0] ?? workspace.trees.locate(path),
      place,
      removeAt,
    );
  } else {
    if (!options?.recursive && listBoth(workspace, path).size > 0) {
      // Both or neither: the one that is not empty refuses first.
      locations.sort((a, b) => entryCount(b) - entryCount(a));
    }
    for (const location of locations) {
      yield* withGivenPath(location, place, removeAt);
    }
  }
  const isDirectory = entries.some(({ info }) => info?.isDirectory === true);
  workflow.append({
    event: "remove",
    path,
    ...(isDirectory && { isDirectory }),
  });
  workflow.refresh();
}

/** Counts the entries of a directory in its tree; 0 when it is missing. */
export function entryCount(directory: string): number {
  return ifPresent(() => [...system.readDirSync(directory)].length) ?? 0;
}
