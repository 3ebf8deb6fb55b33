import { dirname } from "@std/path";
import { call, type Operation, runSync } from "../effects.ts";
import { ifPresent, lstatIfPresent, system } from "../system.ts";
import type { Place, Workspace } from "../workspace.ts";
import { type End, locationOf } from "./end.ts";
import { listBoth } from "./list.ts";
import { at, inCallersWords } from "./translate.ts";

/** `Deno.mkdir`, in the spool. */
export function* mkdir<T = void>(
  workspace: Workspace,
  place: Place,
  options?: Deno.MkdirOptions,
  make: (location: string) => Operation<T | void> = (location) =>
    call("mkdir", location, options),
): Operation<T | void> {
  const { path } = place;
  workspace.workflow.refresh();
  if (workspace.exists(path)) {
    // A link may lead to what is in the other tree.
    if (options?.recursive && isLinkToDirectory(workspace, place)) return;
    return yield* at(workspace.locate(path), place, make);
  }
  const parent = dirname(path);
  if (options?.recursive && parent !== "." && !workspace.exists(parent)) {
    yield* mkdir(workspace, { ...place, path: parent }, options, make);
  }
  const location = workspace.placeNew(path);
  yield* at(location, place, make);
  if (location !== workspace.folder.spool(path)) return;
  workspace.workflow.append({ event: "make", path, kind: "directory" });
  workspace.workflow.refresh();
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

/** How something is moved from one place to another. */
type Move = (source: string | URL, target: string | URL) => Operation<void>;

/** `Deno.rename`, also into and out of a workspace. */
export function* rename(
  from: End,
  to: End,
  move: Move = (source, target) => call("rename", source, target),
): Operation<void> {
  if ("outside" in from || "outside" in to || from.workspace !== to.workspace) {
    return yield* renameAcross(from, to, move);
  }
  const { workspace } = from;
  workspace.workflow.moving(() =>
    runSync(renameInside(workspace, from.place, to.place, move))
  );
}

function* renameAcross(from: End, to: End, move: Move): Operation<void> {
  const source = locationOf(from);
  const target = "outside" in to
    ? to.outside
    : to.workspace.placeNew(to.place.path);
  try {
    yield* move(source, target);
  } catch (error) {
    throw inEndsWords(inEndsWords(error, source, from), target, to);
  }
  if ("place" in from) {
    const { workspace: { workflow }, place: { path } } = from;
    workflow.append({ event: "remove", path });
    workflow.refresh();
  }
  if ("outside" in to) return;
  const { workspace: { workflow }, place: { path } } = to;
  const { isDirectory } = system.lstatSync(target);
  const kind = isDirectory ? "directory" : "file";
  workflow.append({ event: "make", path, kind, complete: true });
  workflow.refresh();
}

function inEndsWords(error: unknown, location: string | URL, end: End) {
  if ("outside" in end) return error;
  return inCallersWords(error, String(location), end.place);
}

/** The entry moves in whichever trees it is in. */
function* renameInside(
  workspace: Workspace,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  const { folder, workflow } = workspace;
  const inSpool = lstatIfPresent(folder.spool(from.path)) !== undefined;
  const inReal = lstatIfPresent(folder.real(from.path)) !== undefined;
  if (inSpool) {
    yield* renameAt(
      folder.spool(from.path),
      workspace.placeNew(to.path),
      from,
      to,
      move,
    );
  }
  if (inReal || !inSpool) {
    yield* renameReal(workspace, from, to, inSpool, move);
  }
  workflow.append({ event: "rename", from: from.path, to: to.path });
  workflow.refresh();
}

function* renameReal(
  workspace: Workspace,
  from: Place,
  to: Place,
  inSpool: boolean,
  move: Move,
): Operation<void> {
  const { folder } = workspace;
  const target = folder.real(to.path);
  // The old name may only be shadowed by what moved in the spool just now.
  if (inSpool && lstatIfPresent(target)) {
    ifPresent(() =>
      system.removeSync(folder.real(from.path), { recursive: true })
    );
    return;
  }
  const parent = dirname(to.path);
  if (parent !== "." && workspace.isDirectory(parent)) {
    folder.makeRealTwin(parent);
  }
  yield* renameAt(folder.real(from.path), target, from, to, move);
  if (inSpool) return;
  // What the spool held under the new name has been replaced.
  ifPresent(() => system.removeSync(folder.spool(to.path)));
}

function* renameAt(
  source: string,
  target: string,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  yield* at(
    source,
    from,
    (source) => at(target, to, (target) => move(source, target)),
  );
}

function entryCount(directory: string): number {
  return ifPresent(() => [...system.readDirSync(directory)].length) ?? 0;
}
