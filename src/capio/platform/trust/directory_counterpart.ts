import { dirname } from "@std/path";
import { CapioError } from "../errors/mod.ts";
import { nameOfKind } from "./entry_trust.ts";
import { lstatIfPresent, system } from "../runtime/mod.ts";

/** The mode in which its owner may list, enter and change a directory. */
const OWNER = 0o700;
/** Elsewhere there are other rights, which a file takes from its directory. */
const HAS_MODES = Deno.build.os !== "windows";

/** Maps a path to its location in one of the two trees. */
type Tree = (path: string) => string;

/**
 * Creates a directory in one tree, missing parents included, each with the mode
 * and the owner of its counterpart in the other tree: the same users may use it
 * in both. The owner also gets all rights.
 */
export function makeCounterpart(path: string, tree: Tree, other: Tree): void {
  if (path === "" || path === "." || lstatIfPresent(tree(path))?.isDirectory) {
    return;
  }
  makeCounterpart(dirname(path), tree, other);
  const counterpart = lstatIfPresent(other(path));
  try {
    // Closed to others until it has the mode of its counterpart.
    system.mkdirSync(tree(path), counterpart ? { mode: OWNER } : {});
  } catch (error) {
    // Another member may have created it in the meantime.
    if (lstatIfPresent(tree(path))?.isDirectory) return;
    throw error;
  }
  if (counterpart) copyModeAndOwner(tree(path), counterpart, OWNER);
}

/**
 * Gives a directory the owner and the mode of `wanted`, the mode with the bits
 * `more`; the owner only where the process may do that.
 */
export function copyModeAndOwner(
  directory: string,
  wanted: Deno.FileInfo,
  more = 0,
): void {
  if (!HAS_MODES || wanted.mode === null) return;
  const present = system.lstatSync(directory);
  // A link in its place would lead the change elsewhere.
  if (!present.isDirectory) throw notADirectory(directory, present);
  if (wanted.uid !== present.uid || wanted.gid !== present.gid) {
    changeOwner(directory, wanted);
  }
  const mode = wanted.mode | more;
  if (mode === system.lstatSync(directory).mode) return;
  system.chmodSync(directory, mode & 0o7777);
}

/**
 * Runs `fn`. When that is denied and the directory is closed to its owner, opens
 * the directory, runs `fn` again and closes it.
 */
export function withOwnerAccess(directory: string, fn: () => void): void {
  try {
    return fn();
  } catch (error) {
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    if (!isDenied || !HAS_MODES) throw error;
    const { isDirectory, mode = null } = lstatIfPresent(directory) ?? {};
    if (!isDirectory || mode === null || (mode & OWNER) === OWNER) throw error;
    system.chmodSync(directory, (mode | OWNER) & 0o7777);
    try {
      fn();
    } finally {
      system.chmodSync(directory, mode & 0o7777);
    }
  }
}

/** Removes a directory with its contents, also those closed to the owner. */
export function removeTree(directory: string): void {
  try {
    return system.removeSync(directory, { recursive: true });
  } catch (error) {
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    if (!isDenied || !HAS_MODES) throw error;
  }
  openToOwner(directory);
  system.removeSync(directory, { recursive: true });
}

function openToOwner(directory: string): void {
  if (!system.lstatSync(directory).isDirectory) return;
  system.chmodSync(directory, OWNER);
  for (const { name, isDirectory } of system.readDirSync(directory)) {
    if (isDirectory) openToOwner(`${directory}/${name}`);
  }
}

function notADirectory(path: string, found: Deno.FileInfo): CapioError {
  return new CapioError(
    "UNTRUSTED",
    `"${path}" must be a directory, found ${nameOfKind(found)}`,
  );
}

/** Changes the owner and group of a file, as far as the process may. */
export function changeOwner(path: string, { uid, gid }: Deno.FileInfo): void {
  for (const [user, group] of [[null, gid], [uid, null]]) {
    try {
      system.chownSync(path, user, group);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
}
