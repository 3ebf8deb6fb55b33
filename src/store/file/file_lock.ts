import { abortable } from "@std/async";
import type { MaybePromise } from "../core/mod.ts";
import { damagedEntry, realFile } from "./file_entry.ts";

/**
 * Who may only read gets no permission for the lock: a lock of the system can be
 * taken by everyone who can open the file.
 */
const LOCK_MODE = 0o622;

/** Attempts to open a file that comes and goes. */
const MOST_ATTEMPTS = 20;

/**
 * The advisory lock on a file, which one process at a time can hold. The system
 * releases the lock of a process that ends.
 */
export class FileLock implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  /** Opens the file, and makes it if it is not there. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openLock(path);
  }

  /**
   * Runs a section while holding the lock. The section is synchronous, so
   * that only other processes make it wait, until the signal aborts.
   */
  run<T>(section: () => T, signal?: AbortSignal): MaybePromise<T> {
    if (!tryLock(this.#file)) return runLater(this.#path, section, signal);
    try {
      return section();
    } finally {
      this.#file.unlockSync();
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Takes the advisory lock of an open file and returns whether it was free. */
export function tryLock(file: Deno.FsFile): boolean {
  return file.tryLockSync(true);
}

async function runLater<T>(
  path: string,
  section: () => T,
  signal: AbortSignal | undefined,
): Promise<T> {
  // A lock belongs to an opening of the file. In the opening that all callers
  // share, another section would release the lock that is waited for here.
  const file = openLock(path);
  const locked = file.lock(true);
  try {
    await (signal ? abortable(locked, signal) : locked);
    return section();
  } finally {
    // The lock cannot be waited for less: it is released once it is there.
    const close = () => file.close();
    locked.then(close, close);
  }
}

function openLock(path: string): Deno.FsFile {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const info = realFile({ path });
    const file = info ? openIfSame(path, info) : makeUnlessThere(path);
    if (file) return file;
  }
  throw damagedEntry({ path }, "a file, found one that comes and goes");
}

/** Opens the file that was looked at, unless it has gone. */
function openIfSame(
  path: string,
  { dev, ino }: Deno.FileInfo,
): Deno.FsFile | undefined {
  try {
    const file = Deno.openSync(path, { write: true });
    const opened = file.statSync();
    if (opened.dev === dev && opened.ino === ino) return file;
    file.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return undefined;
}

/** Makes the file itself, never one at the end of a link. */
function makeUnlessThere(path: string): Deno.FsFile | undefined {
  const options = { write: true, createNew: true, mode: LOCK_MODE };
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return undefined;
    throw error;
  }
}
