import { CapioError } from "../errors/mod.ts";
import { changeOwner } from "./directory_counterpart.ts";
import { nameOfKind } from "./entry_trust.ts";
import { ifPresent, isDenial, isExistence, system } from "../runtime/mod.ts";

const HAS_MODES = Deno.build.os !== "windows";
const OWNER_READS = 0o400;

/**
 * Copies a file with its owner, mode and times. What is under the name of the
 * copy is removed first, and what a copy that failed has left afterwards.
 *
 * @throws {CapioError} If it is anything but a file: nothing is read through a
 * link.
 */
export function copyEntry(source: string, copy: string): void {
  makeRoom(copy);
  try {
    const info = system.lstatSync(source);
    if (!info.isFile) {
      throw new CapioError(
        "UNTRUSTED",
        `"${source}" must be a file, found ${nameOfKind(info)}`,
      );
    }
    copyBytes(source, copy, info);
    const made = system.lstatSync(copy);
    if (made.uid !== info.uid || made.gid !== info.gid) changeOwner(copy, info);
    // After the owner, whose change resets some of the mode.
    if (HAS_MODES && info.mode !== null) {
      system.chmodSync(copy, info.mode & 0o7777);
    }
    const { atime, mtime } = info;
    if (atime && mtime) system.utimeSync(copy, atime, mtime);
  } catch (error) {
    ifPresent(() => system.removeSync(copy));
    throw error;
  }
}

/**
 * Makes sure that a name stands for nothing but a new file. To create one tells
 * this without an error, unless a process was killed that made a copy.
 */
function makeRoom(copy: string): void {
  try {
    system.openSync(copy, { write: true, createNew: true, mode: 0o600 })
      .close();
  } catch (error) {
    if (!isExistence(error)) throw error;
    system.removeSync(copy);
  }
}

/** Copies the bytes of a file, also of one that its owner may not read. */
function copyBytes(source: string, copy: string, info: Deno.FileInfo): void {
  try {
    return system.copyFileSync(source, copy);
  } catch (error) {
    const { mode } = info;
    const isClosed = HAS_MODES && mode !== null && !(mode & OWNER_READS);
    if (!isDenial(error) || !isClosed) throw error;
    system.chmodSync(source, (mode | OWNER_READS) & 0o7777);
    try {
      system.copyFileSync(source, copy);
    } finally {
      system.chmodSync(source, mode & 0o7777);
    }
  }
}
