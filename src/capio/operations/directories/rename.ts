import { dirname } from "@std/path";
import type { Place, Workspace } from "../../overlay/mod.ts";
import {
  atOnce,
  call,
  isOtherDisk,
  lstatIfPresent,
  type Operation,
  pathOf,
  runSync,
  system,
} from "../../platform/mod.ts";
import {
  type Endpoint,
  locationOfEndpoint,
  MOVE_FROM,
  namingGivenPath,
  untilEndpointMade,
  withGivenPath,
} from "../finding/mod.ts";
import { type Spool, spoolOf } from "../../workflow/mod.ts";
import { moveInto, moveToDisk } from "./move_out.ts";
import { withRefusedTarget } from "./refused_target.ts";
import { entryCount } from "./remove.ts";

/** Moves an entry from one location to another. */
type Move = (source: string | URL, target: string | URL) => Operation<void>;

/** `Deno.rename`, also into and out of a workspace. */
export function rename(from: Endpoint, to: Endpoint): Operation<void> {
  return renameWith(
    from,
    to,
    (source, target) => call("rename", source, target),
  );
}

/** Moves an entry with `move`, also into and out of a workspace. */
export function* renameWith(
  given: Endpoint,
  to: Endpoint,
  move: Move,
): Operation<void> {
  const from = yield* untilEndpointMade(given, MOVE_FROM);
  if ("outside" in from || "outside" in to || from.workspace !== to.workspace) {
    return yield* renameAcross(from, to, move);
  }
  const { workspace } = from;
  workspace.workflow.moving(() =>
    runSync(renameInside(workspace, from.place, to.place, move))
  );
}

function* renameAcross(
  from: Endpoint,
  to: Endpoint,
  move: Move,
): Operation<void> {
  const source = locationOfEndpoint(from);
  const moveTo = (target: string | URL) =>
    inWordsOf(from, to, source, target, (target) => move(source, target));
  const refusal = "place" in to &&
    refusing(to.workspace, source, to.place.path);
  if (refusal) {
    return yield* withRefusedTarget(
      to.workspace,
      source,
      refusal,
      moveTo,
    );
  }
  const target = "outside" in to
    ? to.outside
    // What comes from a disk stays on it, whatever its new name is.
    : to.workspace.trees.placeNew(to.place.path, "disk");
  try {
    yield* moveTo(target);
  } catch (error) {
    if (!isOtherDisk(error) || !leavesMemory(from, source)) throw error;
    const copy = beforeMove(from.workspace);
    const moveNow = () => moveToDisk(String(source), pathOf(target), copy);
    yield* inWordsOf(from, to, copy, target, () => atOnce(moveNow));
  }
  if ("place" in from) {
    leaveBehind(from.workspace, from.place.path, pathOf(target));
  }
  if ("place" in to) takeIn(to.workspace, to.place.path);
}

/** Returns whether an endpoint is an entry of the spool in memory. */
function leavesMemory(
  from: Endpoint,
  source: string | URL,
): from is Extract<Endpoint, { place: Place }> {
  return "place" in from &&
    from.workspace.folder.spoolAt(String(source)) === "memory";
}

/** The file on the disk to which a file in memory is copied before it moves. */
function beforeMove({ folder, workflow }: Workspace): string {
  return folder.copy(workflow.id, "disk");
}

/** Moves to `target` what the trees still hold of an entry that was moved. */
function leaveBehind(
  workspace: Workspace,
  path: string,
  target: string,
): void {
  const { folder, workflow } = workspace;
  const copy = beforeMove(workspace);
  // Entries of the spools replace those of the real tree, in either order.
  for (const rest of [folder.real(path), ...folder.spools.locations(path)]) {
    const isNew = folder.spoolAt(rest) !== undefined;
    workspace.spoolWays.checkLocation(dirname(rest));
    if (lstatIfPresent(rest)) moveInto(rest, target, isNew, copy);
  }
  const isDirectory = lstatIfPresent(target)?.isDirectory === true;
  workflow.append({
    event: "remove",
    path,
    ...(isDirectory && { isDirectory }),
  });
  workflow.refresh();
}

/** Reports an entry that came from outside, and all entries below it. */
function takeIn(workspace: Workspace, path: string): void {
  const { folder, workflow } = workspace;
  workspace.trees.removeReplaced(path, folder.spool(path, "disk"));
  const add = (path: string) => {
    const location = folder.spool(path, "disk");
    const { isDirectory, isSymlink } = system.lstatSync(location);
    const kind = isDirectory ? "directory" : isSymlink ? "symlink" : "file";
    workflow.append({ event: "make", path, kind, complete: true });
    if (!isDirectory) return;
    for (const { name } of system.readDirSync(location)) {
      add(`${path}/${name}`);
    }
  };
  add(path);
  workflow.refresh();
}

/** Calls `move`, and names in its errors the paths that the caller gave. */
function* inWordsOf(
  from: Endpoint,
  to: Endpoint,
  source: string | URL,
  target: string | URL,
  move: (target: string | URL) => Operation<void>,
): Operation<void> {
  try {
    yield* move(target);
  } catch (error) {
    const named = "place" in from
      ? namingGivenPath(error, String(source), from.place, "first")
      : error;
    if ("outside" in to) throw named;
    throw namingGivenPath(named, String(target), to.place, "second");
  }
}

/** Moves an entry in each tree that has it. */
function* renameInside(
  workspace: Workspace,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  const { folder, workflow } = workspace;
  workspace.homes.checkMove(from, to);
  const stuck = unmovable(workspace, from.path, to.path);
  if (stuck) return yield* renameAt(stuck.source, stuck.target, from, to, move);
  const isThere = spoolsWith(workspace, from.path).length > 0 ||
    lstatIfPresent(folder.real(from.path)) !== undefined;
  const source = workspace.trees.locate(from.path);
  const refusal = refusing(workspace, source, to.path);
  if (refusal || !isThere) {
    return yield* withRefusedTarget(
      workspace,
      source,
      refusal ?? workspace.trees.locate(to.path),
      (target) => renameAt(source, target, from, to, move),
    );
  }
  workflow.append({ event: "moving", from: from.path, to: to.path });
  try {
    yield* moveInTrees(workspace, from, to, move);
  } catch (error) {
    workflow.note({ event: "moving" });
    throw error;
  }
  workflow.append({ event: "rename", from: from.path, to: to.path });
  workflow.refresh();
}

function* moveInTrees(
  workspace: Workspace,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  const { folder } = workspace;
  const inSpools = spoolsWith(workspace, from.path);
  const inReal = lstatIfPresent(folder.real(from.path)) !== undefined;
  for (const spool of inSpools) {
    // It stays in its spool, whatever its new name is.
    const target = workspace.trees.placeNew(to.path, spool);
    const source = folder.spool(from.path, spool);
    workspace.spoolWays.checkLocation(dirname(source));
    yield* renameAt(source, target, from, to, move);
    if (inSpools.length === 1) workspace.trees.removeReplaced(to.path, target);
  }
  const inSpool = inSpools.length > 0;
  if (inReal) yield* renameReal(workspace, from, to, inSpool, move);
}

/**
 * Returns the spools that have an entry. A file that its maker has not reported
 * does not count: it may lie beside a published one.
 */
function spoolsWith({ folder, workflow }: Workspace, path: string): Spool[] {
  const file = workflow.isInSpool(path)
    ? workflow.state.paths.get(path)
    : undefined;
  return folder.spools.all.filter((spool) => {
    const info = lstatIfPresent(folder.spool(path, spool));
    if (!info) return false;
    return info.isDirectory || file !== undefined && spoolOf(file) === spool;
  });
}

/**
 * Returns locations for two places that the system will not move: the same
 * place, two names of one file, or a place inside the other. Both locations lie
 * in one tree, so that the system sees that and refuses.
 */
function unmovable(
  workspace: Workspace,
  from: string,
  to: string,
): { source: string; target: string } | undefined {
  const { folder } = workspace;
  const source = workspace.trees.locate(from);
  const target = workspace.trees.locate(to);
  if (isSameFile(source, target)) return { source, target };
  const spool = folder.spoolAt(source);
  if (from.startsWith(`${to}/`)) {
    const tree = spool ? folder.spool(to, spool) : folder.real(to);
    return { source, target: tree };
  }
  if (!to.startsWith(`${from}/`)) return undefined;
  const below = workspace.trees.placeNew(to, spool ?? "disk");
  const tree = folder.spoolAt(below);
  return tree && { source: folder.spool(from, tree), target: below };
}

function isSameFile(one: string, other: string): boolean {
  const info = lstatIfPresent(one);
  if (one === other || !info) return info !== undefined;
  const { dev, ino } = lstatIfPresent(other) ?? {};
  return info.ino !== null && info.ino === ino && info.dev === dev;
}

function* renameReal(
  workspace: Workspace,
  from: Place,
  to: Place,
  inSpool: boolean,
  move: Move,
): Operation<void> {
  const { folder } = workspace;
  const source = folder.real(from.path);
  const present = lstatIfPresent(folder.real(to.path));
  // The file that just moved in the spool hides the one under the old name.
  if (inSpool && present && !present.isDirectory) {
    return system.removeSync(source);
  }
  const parent = dirname(to.path);
  const isParent = workspace.trees.isDirectory(parent === "." ? "" : parent);
  if (isParent) folder.makeRealDirectory(parent);
  const target = isParent
    ? folder.real(to.path)
    : workspace.trees.locate(to.path);
  yield* renameAt(source, target, from, to, move);
  if (inSpool) return;
  // What the spools have under the new name has been replaced.
  workspace.trees.removeReplaced(to.path, target);
}

function* renameAt(
  source: string,
  target: string,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  yield* withGivenPath(
    source,
    from,
    (source) => withGivenPath(target, to, (target) => move(source, target)),
    "first",
  );
}

/**
 * Returns the location of a target that the system refuses to replace with
 * `source`, if there is one. The tree that `source` moves to may not have it.
 */
function refusing(
  workspace: Workspace,
  source: string | URL,
  path: string,
): string | undefined {
  const { folder } = workspace;
  const target = workspace.trees.locate(path);
  const present = lstatIfPresent(target);
  const moved = lstatIfPresent(source);
  if (!present || !moved) return undefined;
  if (present.isDirectory !== moved.isDirectory) return target;
  if (!present.isDirectory) return undefined;
  return folder.trees(path).find((it) => entryCount(it) > 0);
}
