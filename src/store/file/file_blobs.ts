import { tryLock } from "./file_lock.ts";

/**
 * The directory with the bytes of larger values, each in a file of its own
 * that is written once. A caller that changes the directory must hold the
 * store's lock.
 */
export class FileBlobs {
  /** The path of the directory. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Returns the path of a blob. */
  pathOf(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Makes a new file. It is locked while it is open, so that it is no orphan. */
  create(name: string): Deno.FsFile {
    const path = this.pathOf(name);
    const file = Deno.openSync(path, { write: true, createNew: true });
    tryLock(file);
    return file;
  }

  /** Removes a blob that no key has any more, if there is one. */
  remove(name: string | undefined): void {
    if (name === undefined) return;
    ignoringMissing(() => Deno.removeSync(this.pathOf(name)));
  }

  /** Removes the blobs that no key has and no process is writing. */
  removeOrphans(isCurrent: (name: string) => boolean): void {
    for (const { name } of Deno.readDirSync(this.path)) {
      if (!isCurrent(name)) this.#removeUnlessLocked(name);
    }
  }

  #removeUnlessLocked(name: string): void {
    ignoringMissing(() => {
      using file = Deno.openSync(this.pathOf(name), { write: true });
      if (tryLock(file)) Deno.removeSync(this.pathOf(name));
    });
  }
}

function ignoringMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
