import { dirname, join } from "@std/path";
import type { Place, Workspace } from "../overlay/mod.ts";
import {
  call,
  ifPresent,
  lstatIfPresent,
  type Operation,
  pathOf,
  runSync,
  system,
} from "../platform/mod.ts";
import { namingGivenPath, withGivenPath } from "./at_location.ts";
import { type Endpoint, locationOfEndpoint } from "./endpoint.ts";
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
  from: Endpoint,
  to: Endpoint,
  move: Move,
): Operation<void> {
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
  const target = "outside" in to
    ? to.outside
    : refusing(to.workspace, source, to.place.path) ??
      to.workspace.placeNew(to.place.path);
  try {
    yield* move(source, target);
  } catch (error) {
    throw inEndsWords(
      inEndsWords(error, source, from, "first"),
      target,
      to,
      "second",
    );
  }
  if ("place" in from) {
    leaveBehind(from.workspace, from.place.path, pathOf(target));
  }
  if ("place" in to) takeIn(to.workspace, to.place.path);
}

/** Moves to `target` what the trees still hold of an entry that was moved. */
function leaveBehind(
  { folder, workflow }: Workspace,
  path: string,
  target: string,
): void {
  // Entries of the spool replace those of the real tree, in either order.
  for (const isNew of [false, true]) {
    const rest = isNew ? folder.spool(path) : folder.real(path);
    if (lstatIfPresent(rest)) moveInto(rest, target, isNew);
  }
  workflow.append({ event: "remove", path });
  workflow.refresh();
}

function moveInto(source: string, target: string, replaces: boolean): void {
  const present = lstatIfPresent(target);
  if (present?.isDirectory && system.lstatSync(source).isDirectory) {
    for (const { name } of [...system.readDirSync(source)]) {
      moveInto(join(source, name), join(target, name), replaces);
    }
    system.removeSync(source);
  } else if (present && !replaces) {
    system.removeSync(source, { recursive: true });
  } else system.renameSync(source, target);
}

/** Reports an entry that came from outside, and all entries below it. */
function takeIn({ folder, workflow }: Workspace, path: string): void {
  const add = (path: string) => {
    const { isDirectory, isSymlink } = system.lstatSync(folder.spool(path));
    const kind = isDirectory ? "directory" : isSymlink ? "symlink" : "file";
    workflow.append({ event: "make", path, kind, complete: true });
    if (!isDirectory) return;
    for (const { name } of system.readDirSync(folder.spool(path))) {
      add(`${path}/${name}`);
    }
  };
  add(path);
  workflow.refresh();
}

function inEndsWords(
  error: unknown,
  location: string | URL,
  end: Endpoint,
  which: "first" | "second",
): unknown {
  if ("outside" in end) return error;
  return namingGivenPath(error, String(location), end.place, which);
}

/** Moves an entry in each tree that has it. */
function* renameInside(
  workspace: Workspace,
  from: Place,
  to: Place,
  move: Move,
): Operation<void> {
  const { folder, workflow } = workspace;
  const stuck = unmovable(workspace, from.path, to.path);
  if (stuck) return yield* renameAt(stuck.source, stuck.target, from, to, move);
  const inSpool = liesInSpool(workspace, from.path);
  const inReal = lstatIfPresent(folder.real(from.path)) !== undefined;
  const source = workspace.locate(from.path);
  const refusal = refusing(workspace, source, to.path);
  if (refusal || (!inSpool && !inReal)) {
    const target = refusal ?? workspace.locate(to.path);
    return yield* renameAt(source, target, from, to, move);
  }
  if (inSpool) {
    yield* renameAt(
      folder.spool(from.path),
      workspace.placeNew(to.path),
      from,
      to,
      move,
    );
  }
  if (inReal) yield* renameReal(workspace, from, to, inSpool, move);
  workflow.append({ event: "rename", from: from.path, to: to.path });
  workflow.refresh();
}

/**
 * Returns whether the spool has an entry. A file that its maker has not reported
 * does not count: it may lie beside a published one.
 */
function liesInSpool({ folder, workflow }: Workspace, path: string): boolean {
  const info = lstatIfPresent(folder.spool(path));
  return info !== undefined && (info.isDirectory || workflow.isInSpool(path));
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
  const source = workspace.locate(from);
  const target = workspace.locate(to);
  if (isSameFile(source, target)) return { source, target };
  if (from.startsWith(`${to}/`)) {
    const isInSpool = source === folder.spool(from);
    return { source, target: isInSpool ? folder.spool(to) : folder.real(to) };
  }
  if (!to.startsWith(`${from}/`)) return undefined;
  const below = workspace.placeNew(to);
  if (below !== folder.spool(to)) return undefined;
  return { source: folder.spool(from), target: below };
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
  const isParent = workspace.isDirectory(parent === "." ? "" : parent);
  if (isParent) folder.makeRealDirectory(parent);
  const target = isParent ? folder.real(to.path) : workspace.locate(to.path);
  yield* renameAt(source, target, from, to, move);
  if (inSpool) return;
  // The spool entry under the new name has been replaced.
  ifPresent(() => system.removeSync(folder.spool(to.path)));
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
  const target = workspace.locate(path);
  const present = lstatIfPresent(target);
  const moved = ifPresent(() => system.lstatSync(source));
  if (!present || !moved) return undefined;
  if (present.isDirectory !== moved.isDirectory) return target;
  if (!present.isDirectory) return undefined;
  return [folder.spool(path), folder.real(path)]
    .find((it) => entryCount(it) > 0);
}
