import { join } from "@std/path";
import {
  copyEntry,
  copyModeAndOwner,
  isOtherDisk,
  lstatIfPresent,
  system,
} from "../../platform/mod.ts";

/**
 * Moves an entry into a directory tree: what is there already stays, unless the
 * entry `replaces` it.
 *
 * @param copy A free name on the disk, for files that come from memory.
 */
export function moveInto(
  source: string,
  target: string,
  replaces: boolean,
  copy: string,
): void {
  const present = lstatIfPresent(target);
  if (present?.isDirectory && system.lstatSync(source).isDirectory) {
    for (const { name } of [...system.readDirSync(source)]) {
      moveInto(join(source, name), join(target, name), replaces, copy);
    }
    return system.removeSync(source);
  }
  if (present && !replaces) {
    return system.removeSync(source, { recursive: true });
  }
  try {
    system.renameSync(source, target);
  } catch (error) {
    if (!isOtherDisk(error)) throw error;
    moveToDisk(source, target, copy);
  }
}

/**
 * Moves an entry from memory to a disk, a directory with all that is in it. A
 * file is copied to `copy` first, so that it is whole when it appears.
 */
export function moveToDisk(source: string, target: string, copy: string): void {
  const info = system.lstatSync(source);
  if (info.isDirectory) {
    system.mkdirSync(target, { mode: 0o700 });
    for (const { name } of [...system.readDirSync(source)]) {
      moveToDisk(join(source, name), join(target, name), copy);
    }
    copyModeAndOwner(target, info);
    return system.removeSync(source);
  }
  copyEntry(source, copy);
  try {
    system.renameSync(copy, target);
  } catch (error) {
    system.removeSync(copy);
    throw error;
  }
  system.removeSync(source);
}
