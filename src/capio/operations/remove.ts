import type { Place, Workspace } from "../overlay/mod.ts";
import {
  call,
  childOf,
  ifPresent,
  lstatIfPresent,
  type Operation,
  runSync,
  system,
} from "../platform/mod.ts";
import { withGivenPath } from "./at_location.ts";
import { listBoth } from "./read_dir.ts";

/** `Deno.remove`: removes the entry from both trees. */
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

/** Removes an entry from both trees with `removeAt`. */
export function* removeWith(
  workspace: Workspace,
  place: Place,
  options: Deno.RemoveOptions | undefined,
  removeAt: (location: string) => Operation<void>,
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
    yield* withGivenPath(
      locations[0] ?? workspace.locate(path),
      place,
      removeAt,
    );
  } else {
    if (!options?.recursive && listBoth(workspace, path).size > 0) {
      // Both or neither: the one with something in it says why not.
      locations.sort((a, b) => entryCount(b) - entryCount(a));
    }
    for (const location of locations) {
      yield* withGivenPath(location, place, removeAt);
    }
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
