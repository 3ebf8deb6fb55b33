import { dirname } from "@std/path";
import { ifPresent, system } from "./system.ts";

/** The mode in which its owner may list, enter and change a directory. */
const OWNER = 0o700;

/** Where a directory lies in one of the two trees. */
type Tree = (path: string) => string;

/**
 * Makes what is missing of a directory in one tree, each level with the mode
 * and the owner of its twin in the other: what lies in it is open to the same
 * people in both. Its owner may besides do all there is to do.
 */
export function makeCounterpart(path: string, tree: Tree, other: Tree): void {
  if (path === "" || path === "." || look(tree(path))?.isDirectory) return;
  makeCounterpart(dirname(path), tree, other);
  const twin = look(other(path));
  try {
    // Closed until it is known to whom it is open.
    system.mkdirSync(tree(path), twin ? { mode: OWNER } : {});
  } catch (error) {
    // Another member may have been quicker.
    if (look(tree(path))?.isDirectory) return;
    throw error;
  }
  if (twin) makeLike(tree(path), twin, OWNER);
}

function look(path: string): Deno.FileInfo | undefined {
  return ifPresent(() => system.statSync(path));
}

/** Gives a directory the mode, with `more`, and where it may the owner wanted. */
export function makeLike(
  directory: string,
  wanted: Deno.FileInfo,
  more = 0,
): void {
  if (wanted.mode === null) return;
  const present = system.statSync(directory);
  if (wanted.uid !== present.uid || wanted.gid !== present.gid) {
    giveAway(directory, wanted);
  }
  const mode = wanted.mode | more;
  if (mode === system.statSync(directory).mode) return;
  system.chmodSync(directory, mode & 0o7777);
}

/** Runs `fn`; if that is denied once more, the directory open to its owner. */
export function whileOpen(directory: string, fn: () => void): void {
  try {
    return fn();
  } catch (error) {
    const mode = look(directory)?.mode ?? null;
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    if (!isDenied || mode === null || (mode & OWNER) === OWNER) throw error;
    system.chmodSync(directory, (mode | OWNER) & 0o7777);
    try {
      fn();
    } finally {
      system.chmodSync(directory, mode & 0o7777);
    }
  }
}

/** Removes a directory and all in it, also where its owner closed it. */
export function removeTree(directory: string): void {
  try {
    return system.removeSync(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  openTree(directory);
  system.removeSync(directory, { recursive: true });
}

function openTree(directory: string): void {
  system.chmodSync(directory, OWNER);
  for (const { name, isDirectory } of system.readDirSync(directory)) {
    if (isDirectory) openTree(`${directory}/${name}`);
  }
}

/** Gives a file to another owner, as far as the process may do that. */
export function giveAway(path: string, { uid, gid }: Deno.FileInfo): void {
  for (const [user, group] of [[null, gid], [uid, null]]) {
    try {
      system.chownSync(path, user, group);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
}
