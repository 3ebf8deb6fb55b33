import type { Place, Workspace } from "../overlay/mod.ts";
import type { Spool } from "../workflow/mod.ts";
import {
  atOnce,
  call,
  lstatIfPresent,
  type Operation,
  runSync,
} from "../platform/mod.ts";
import {
  ask,
  askFor,
  atLocation,
  type Endpoint,
  READ_AND_WRITE,
  untilAnnouncedExists,
  untilEndpointMade,
  withGivenPath,
} from "./finding/mod.ts";
import { existingFile, isNamed } from "./writing/mod.ts";

/** `Deno.symlink`: the link is complete at once. */
export function symlink(
  workspace: Workspace,
  place: Place,
  target: string | URL,
  options?: Deno.SymlinkOptions,
): Operation<void> {
  const make = (location: string) => call("symlink", target, location, options);
  return makeLink(workspace, place, make, onDisk);
}

/**
 * Symbolic links lie on the disk, where a move publishes them: who copies one
 * needs permissions that a step does not have.
 */
export function onDisk(): Spool {
  return "disk";
}

/** Gives another name to a file. */
type Link = (source: string | URL, target: string | URL) => Operation<void>;

/** `Deno.link`, also into and out of a workspace. */
export function link(from: Endpoint, to: Endpoint): Operation<void> {
  return linkWith(
    from,
    to,
    (source, target) => call("link", source as string, target as string),
  );
}

/** Gives another name to a file with `make`, also into and out of a workspace. */
export function* linkWith(
  given: Endpoint,
  to: Endpoint,
  make: Link,
): Operation<void> {
  const from = yield* untilEndpointMade(given, READ_AND_WRITE);
  const makeAt = (target: string | URL) =>
    "outside" in from ? make(from.outside, target) : atLocation(
      from.workspace,
      from.place,
      (source) => make(source, target),
    );
  if ("outside" in to) return yield* makeAt(to.outside);
  // The new name lies where the file is, or the system could not give it.
  yield* makeLink(to.workspace, to.place, makeAt, () => spoolAtEnd(from));
}

function spoolAtEnd(from: Endpoint): Spool {
  const isInMemory = "place" in from &&
    from.workspace.folder.spoolAt(
        from.workspace.trees.locate(from.place.path),
      ) ===
      "memory";
  return isInMemory ? "memory" : "disk";
}

/**
 * Makes a link of either kind with `make`.
 *
 * @param spool Returns the spool for it, if that does not follow from its path.
 */
export function* makeLink(
  workspace: Workspace,
  place: Place,
  make: (location: string) => Operation<void>,
  spool?: () => Spool,
): Operation<void> {
  const { workflow } = workspace;
  const now = () => runSync(makeLinkNow(workspace, place, make, spool?.()));
  // Of several members that try at once one succeeds: it may be a lock.
  yield* atOnce(() => workflow.moving(now));
  const file = workflow.state.paths.get(place.path);
  if (file?.claim === undefined || file.namedBy !== workflow.id) return;
  if (yield* isNamed(workspace, place, file)) return;
  yield* withGivenPath(existingFile(workspace), place, make);
}

function* makeLinkNow(
  workspace: Workspace,
  place: Place,
  make: (location: string) => Operation<void>,
  spool: Spool | undefined,
): Operation<void> {
  const { workflow, folder } = workspace;
  const { path } = place;
  const isThere = workspace.trees.exists(path);
  if (!isThere) workspace.homes.check(place);
  const location = isThere
    ? workspace.trees.locate(path)
    : workspace.trees.placeNew(path, spool);
  yield* withGivenPath(location, place, make);
  if (!folder.spoolAt(location)) return;
  // Another name of a symbolic link is a symbolic link.
  const isLink = lstatIfPresent(location)?.isSymlink ?? false;
  workflow.append({
    event: "make",
    path,
    kind: isLink ? "symlink" : "file",
    complete: true,
    ...folder.spoolField(location),
  });
  workflow.refresh();
}

/** `Deno.readLink`: the target as it was given. */
export function readLink(
  workspace: Workspace,
  place: Place,
): Operation<string> {
  return askFor(
    workspace,
    place,
    (location) => call("readLink", location),
  );
}

/** `Deno.realPath`: the path that the file has once it is published. */
export function realPath(
  workspace: Workspace,
  place: Place,
): Operation<string> {
  return realPathWith(
    workspace,
    place,
    (location) => call("realPath", location),
  );
}

/** The path that a file has once it is published, if `look` finds the file. */
export function* realPathWith(
  workspace: Workspace,
  place: Place,
  look: (location: string) => Operation<unknown>,
): Operation<string> {
  const here = yield* untilAnnouncedExists(workspace, place);
  // The resolver has followed all links; this reports a missing file.
  yield* ask(workspace, here, look);
  return workspace.folder.real(here.path);
}
