import { CapioError } from "../errors/mod.ts";
import { BY_KIND, type EntryCheck } from "./entry_trust.ts";
import { ifPresent, isDenial, lstatIfPresent, system } from "../runtime/mod.ts";
import {
  lookAtTrusted,
  makeClosedDirectory,
  openToGroup,
} from "./trusted_entry.ts";

const CLOSED = 0o700;
const ALL_WRITE = 0o002;

/**
 * Makes sure that the system directory of `capioDir` is there, and returns how
 * the entries in it are checked. A step may not ask for its user id, and some
 * file systems change owners and modes: so it looks at what it has just made.
 *
 * @param shared Whether the group of `capioDir` shares the workflow.
 * @throws {CapioError} If the directory is not one that sluice has made.
 */
export function enterSystemDirectory(
  directory: string,
  capioDir: string,
  shared: "group" | undefined,
): EntryCheck {
  for (;;) {
    // Nothing is made in what a link leads to. Usually another member has made
    // the directory, and an error would cost more than the look.
    const isThere = lookAtTrusted(directory, "directory", BY_KIND);
    const isNew = !isThere && makeClosedDirectory(directory);
    if (!isThere && !lookAtTrusted(directory, "directory", BY_KIND)) continue;
    const fresh = isNew ? lstatIfPresent(directory) : lookAtFresh(directory);
    if (!fresh) continue;
    const check = checkFor(fresh, capioDir, shared);
    if (isNew) openToGroup(directory, "directory", check);
    if (lookAtTrusted(directory, "directory", check)) return check;
  }
}

/** Looks at a directory that this process makes for that alone. */
function lookAtFresh(directory: string): Deno.FileInfo | undefined {
  // No workflow has a dot in the name of its folder.
  const probe = `${directory}/.${crypto.randomUUID()}`;
  try {
    system.mkdirSync(probe, { mode: CLOSED });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!isDenial(error)) throw error;
    throw new CapioError(
      "UNTRUSTED",
      `Cannot use "${directory}": it must be a directory of this user that nobody else can write to, found one that this process may not write to. Use a directory of your own`,
      { cause: error },
    );
  }
  try {
    return lstatIfPresent(probe);
  } finally {
    ifPresent(() => system.removeSync(probe));
  }
}

/** The name that `lookAtFresh` makes. */
const PROBE = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Removes the empty directories that processes made to look at and were killed
 * before they removed them. A process that is about to look makes another one.
 */
export function removeProbes(directory: string): void {
  for (const { name, isDirectory } of system.readDirSync(directory)) {
    if (!isDirectory || !PROBE.test(name)) continue;
    ifPresent(() => system.removeSync(`${directory}/${name}`));
  }
}

function checkFor(
  { uid, mode }: Deno.FileInfo,
  capioDir: string,
  shared: "group" | undefined,
): EntryCheck {
  const keepsModes = mode !== null && (mode & 0o777) === CLOSED;
  if (Deno.build.os === "windows" || uid === null || !keepsModes) {
    return BY_KIND;
  }
  if (!shared) return { by: "owner", uid };
  const parent = system.lstatSync(capioDir);
  if (parent.gid === null) return BY_KIND;
  if (parent.mode === null || !(parent.mode & ALL_WRITE)) {
    return { by: "group", gid: parent.gid };
  }
  throw new CapioError(
    "UNTRUSTED",
    `Cannot share a workflow in "${capioDir}" with its group: all users can write to that directory. Use one that only the group can write to`,
  );
}
