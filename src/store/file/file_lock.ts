import { abortable } from "@std/async";
import type { MaybePromise } from "../core/mod.ts";

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
  return Deno.openSync(path, { write: true, create: true });
}
