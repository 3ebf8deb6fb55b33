import { ifPresent, system } from "./system.ts";

/** An advisory lock that the kernel drops when its process ends, however. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile;
  /** Whether `during` holds it. */
  #isHere = false;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Waits for the exclusive lock on `path`, creating the file if needed. */
  static acquire(path: string): FileLock {
    for (;;) {
      const file = system.openSync(path, { create: true, write: true });
      file.lockSync(true);
      // The one who had it may have removed the file: then this locks nothing.
      const present = ifPresent(() => system.statSync(path));
      const mine = file.statSync();
      if (present?.ino === mine.ino && present.dev === mine.dev) {
        return new FileLock(file);
      }
      file.close();
    }
  }

  /** Opens the lock on `path` for {@linkcode FileLock.during}, not held yet. */
  static open(path: string): FileLock {
    return new FileLock(
      system.openSync(path, { create: true, write: true }),
    );
  }

  /** Waits for the exclusive lock, runs `fn`, and lets the next one have it. */
  during<T>(fn: () => T): T {
    // Whoever has it may well do what needs it, too.
    if (this.#isHere) return fn();
    this.#file.lockSync(true);
    this.#isHere = true;
    try {
      return fn();
    } finally {
      this.#isHere = false;
      this.#file.unlockSync();
    }
  }

  /** Whether some process holds the exclusive lock on `path`. */
  static isHeld(path: string): boolean {
    const file = ifPresent(() => system.openSync(path, { read: true }));
    if (!file) return false;
    try {
      return !file.tryLockSync(false);
    } finally {
      file.close();
    }
  }

  /** Lets the next one have it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
