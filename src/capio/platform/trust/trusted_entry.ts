import { CapioError } from "../errors/mod.ts";
import {
  distrust,
  type EntryCheck,
  type OwnKind,
  untrusted,
} from "./entry_trust.ts";
import {
  isAbsence,
  isDenial,
  isExistence,
  lstatIfPresent,
  steadyClock,
  system,
} from "../runtime/mod.ts";
import { SynchronousSleep } from "../waiting/mod.ts";

/** Longest time between the making of an entry and its opening to the group. */
const OPENING_MILLISECONDS = 500;

/**
 * Looks at an entry of sluice without following a link, directly before its
 * use. Returns `undefined` when there is none.
 *
 * @throws {CapioError} If it is not one that sluice has made.
 */
export function lookAtTrusted(
  path: string,
  kind: OwnKind,
  check: EntryCheck,
): Deno.FileInfo | undefined {
  const info = lstatIfPresent(path);
  const problem = info && distrust(info, kind, check);
  if (!problem) return info;
  if (problem.mayPass) return lookAgain(path, kind, check);
  throw untrusted(path, kind, check, problem);
}

/** Looks again until a member has had the time to open an entry to its group. */
function lookAgain(
  path: string,
  kind: OwnKind,
  check: EntryCheck,
): Deno.FileInfo | undefined {
  const deadline = steadyClock() + OPENING_MILLISECONDS;
  const sleep = new SynchronousSleep();
  for (;;) {
    sleep.sleep();
    const info = lstatIfPresent(path);
    const problem = info && distrust(info, kind, check);
    if (!problem) return info;
    if (!problem.mayPass || steadyClock() > deadline) {
      throw untrusted(path, kind, check, problem);
    }
  }
}

/** What a process expects of an entry that it is about to make. */
export interface Expectation {
  /**
   * Whether there is none yet: then it is made before anything is looked at. An
   * error of the system costs more than ten looks.
   *
   * @default {false}
   */
  readonly isNew?: boolean;
}

/**
 * Makes a directory of sluice. Returns whether it was not there yet.
 *
 * @throws {CapioError} If what is there is not one that sluice has made.
 */
export function makeTrustedDirectory(
  path: string,
  check: EntryCheck,
  { isNew = false }: Expectation = {},
): boolean {
  for (let look = !isNew;; look = true) {
    if (look && lookAtTrusted(path, "directory", check)) return false;
    if (!makeClosedDirectory(path)) continue;
    openToGroup(path, "directory", check);
    return true;
  }
}

/** Makes a directory that is closed to others, unless there is something. */
export function makeClosedDirectory(path: string): boolean {
  try {
    system.mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (isExistence(error)) return false;
    throw error;
  }
}

/**
 * Opens a file of sluice that was created before. Returns `undefined` when
 * there is none.
 *
 * @throws {CapioError} If it is not one that sluice has made.
 */
export function openTrusted(
  path: string,
  options: Pick<Deno.OpenOptions, "read" | "write" | "append">,
  check: EntryCheck,
): Deno.FsFile | undefined {
  for (;;) {
    const look = lookAtTrusted(path, "file", check);
    if (!look) return undefined;
    let file: Deno.FsFile;
    try {
      file = system.openSync(path, options);
    } catch (error) {
      if (isAbsence(error)) continue;
      throw error;
    }
    // Nothing is read or written before it is known to be the same file.
    const { dev, ino } = file.statSync();
    if (dev === look.dev && ino === look.ino) return file;
    file.close();
  }
}

/**
 * Creates a file of sluice, never at the end of a link.
 *
 * @throws {Deno.errors.AlreadyExists} If there is something.
 */
export function createTrusted(path: string, check: EntryCheck): Deno.FsFile {
  const options = { write: true, createNew: true, mode: 0o600 };
  const file = system.openSync(path, options);
  try {
    openToGroup(path, "file", check);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Opens a file of sluice for writing, and creates it when there is none.
 *
 * @throws {CapioError} If it is not one that sluice has made.
 */
export function openOrCreateTrusted(
  path: string,
  check: EntryCheck,
  { isNew = false }: Expectation = {},
): Deno.FsFile {
  for (let look = !isNew;; look = true) {
    const file = look && openTrusted(path, { write: true }, check);
    if (file) return file;
    try {
      return createTrusted(path, check);
    } catch (error) {
      if (!isExistence(error)) throw error;
    }
  }
}

/** Opens an entry that was just made to the group that shares a workflow. */
export function openToGroup(
  path: string,
  kind: OwnKind,
  check: EntryCheck,
): void {
  if (check.by !== "group") return;
  const { gid } = check;
  try {
    // The mode after the owner: a change of the owner resets some of it.
    if (system.lstatSync(path).gid !== gid) system.chownSync(path, null, gid);
    system.chmodSync(path, kind === "directory" ? 0o2770 : 0o660);
  } catch (error) {
    if (!isDenial(error)) throw error;
    throw new CapioError(
      "UNTRUSTED",
      `Cannot share "${path}" with the group of capioDir (group id ${gid}): this user is not in it. Use a directory of a common group`,
      { cause: error },
    );
  }
}
