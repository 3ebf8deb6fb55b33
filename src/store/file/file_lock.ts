/**
 * The advisory lock on a file, which one process at a time can hold, and which
 * goes with the process that holds it.
 */
export class FileLock implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  /** Opens the file, which is made if it is not there. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openLock(path);
  }

  /**
   * Runs a section while holding the lock. The section is synchronous, so
   * within a process there is nothing to wait for.
   */
  run<T>(section: () => T): T | Promise<T> {
    if (!tryLock(this.#file)) return runLater(this.#path, section);
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

/** Takes the advisory lock of an open file, unless it is taken. */
export function tryLock(file: Deno.FsFile): boolean {
  return file.tryLockSync(true);
}

async function runLater<T>(path: string, section: () => T): Promise<T> {
  // A lock belongs to an opening of the file: with the one that all share,
  // whoever runs meanwhile would let go of the lock that is waited for here.
  using file = openLock(path);
  await file.lock(true);
  return section();
}

function openLock(path: string): Deno.FsFile {
  return Deno.openSync(path, { write: true, create: true });
}
