import type { EntryInfo } from "../../internal/mod.ts";
import type { MaybePromise } from "../core/mod.ts";
import { damagedEntry, realFile } from "./file_entry.ts";

/**
 * Who may only read gets no permission for the lock: a lock of the system can be
 * taken by everyone who can open the file.
 */
const LOCK_MODE = 0o622;

/** Attempts to open a file that comes and goes. */
const MOST_ATTEMPTS = 20;

/** A section that waits for the lock. */
interface WaitingSection {
  run(): void;
  fail(error: unknown): void;
}

/**
 * The advisory lock on a file, which one process at a time can hold. The system
 * releases the lock of a process that ends.
 */
export class FileLock implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #waiting = new Set<WaitingSection>();
  #isAwaited = false;

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
    if (this.#waiting.size > 0 || !tryLock(this.#file)) {
      return this.#runLater(section, signal);
    }
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

  async #runLater<T>(
    section: () => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting: WaitingSection = {
      run() {
        try {
          resolve(section());
        } catch (error) {
          reject(error);
        }
      },
      fail: reject,
    };
    const leave = () => {
      this.#waiting.delete(waiting);
      reject(signal?.reason);
    };
    this.#waiting.add(waiting);
    signal?.addEventListener("abort", leave);
    if (!this.#isAwaited) this.#runWaiting();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Waits once for all sections: an open file for each would be too many. */
  async #runWaiting(): Promise<void> {
    this.#isAwaited = true;
    try {
      // A lock belongs to an opening of the file. In the opening that all
      // callers share, another section would release the one waited for here.
      using file = openLock(this.#path);
      // It cannot be waited for less, even if all sections are aborted.
      await file.lock(true);
      for (const waiting of this.#waiting) waiting.run();
    } catch (error) {
      for (const waiting of this.#waiting) waiting.fail(error);
    } finally {
      this.#waiting.clear();
      this.#isAwaited = false;
    }
  }
}

/** Takes the advisory lock of an open file and returns whether it was free. */
export function tryLock(file: Deno.FsFile): boolean {
  return file.tryLockSync(true);
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
  { dev, ino }: EntryInfo,
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
