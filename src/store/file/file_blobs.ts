import type { EntryInfo } from "../../internal/mod.ts";
import { replacedError } from "../core/mod.ts";
import {
  damagedEntry,
  type EntryPlace,
  isRealDirectory,
  realFile,
} from "./file_entry.ts";
import { tryLock } from "./file_lock.ts";

/** The file with the bytes of one value. */
export interface Blob {
  readonly name: string;
  /** The key that it belongs to. */
  readonly key: string;
  /** Its bytes, as the record of the key says. */
  readonly size: number;
}

/**
 * The directory with the bytes of larger values, each in a file of its own
 * that is written once. A caller that changes the directory must hold the
 * store's lock. Every name is looked at before it is used, and so is the
 * directory.
 */
export class FileBlobs {
  /** The path of the directory. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes a new file. It is locked while it is open, so that it is no orphan. */
  create(name: string): Deno.FsFile {
    isRealDirectory(this.path);
    const path = this.#pathOf(name);
    const file = Deno.openSync(path, { write: true, createNew: true });
    tryLock(file);
    return file;
  }

  /**
   * Checks that the bytes of a value are all there.
   *
   * @throws {StoreError} `REPLACED` if the file is gone, `DAMAGED` if it is not
   * what the record says.
   */
  check(blob: Blob): EntryInfo {
    isRealDirectory(this.path);
    const place = this.#placeOf(blob);
    const info = realFile(place);
    if (info === undefined) throw replacedError(blob.key);
    if (info.size === blob.size) return info;
    throw damagedEntry(place, `${blob.size} bytes, found ${info.size}`);
  }

  /** Opens the bytes of a value, which have to be all there. */
  async open(blob: Blob): Promise<Deno.FsFile> {
    const { dev, ino } = this.check(blob);
    const { path } = this.#placeOf(blob);
    const file = await openFile(path, blob.key);
    const opened = file.statSync();
    if (opened.dev === dev && opened.ino === ino) return file;
    file.close();
    throw replacedError(blob.key);
  }

  /** Removes a blob that no key has any more, if there is one. */
  remove(name: string | undefined): void {
    if (name === undefined || !isRealDirectory(this.path)) return;
    this.#ifFile(name, (path) => Deno.removeSync(path));
  }

  /** Removes the blobs that no key has and no process is writing. */
  removeOrphans(isOrphan: (name: string) => boolean): void {
    if (!isRealDirectory(this.path)) return;
    for (const { name } of Deno.readDirSync(this.path)) {
      if (isOrphan(name)) this.#removeUnlessLocked(name);
    }
  }

  #removeUnlessLocked(name: string): void {
    this.#ifFile(name, (path) => {
      using file = Deno.openSync(path, { write: true });
      if (tryLock(file)) Deno.removeSync(path);
    });
  }

  /** Leaves alone what is no file, which no store has made. */
  #ifFile(name: string, action: (path: string) => void): void {
    const path = this.#pathOf(name);
    try {
      if (Deno.lstatSync(path).isFile) action(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #placeOf({ name, key }: Blob): EntryPlace {
    return { path: this.#pathOf(name), key };
  }

  #pathOf(name: string): string {
    return `${this.path}/${name}`;
  }
}

async function openFile(path: string, key: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw replacedError(key, { cause: error });
  }
}
