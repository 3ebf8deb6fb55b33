import { BY_KIND, type EntryCheck } from "./entry_trust.ts";
import { lookIfPermitted, lstatIfPresent } from "./system.ts";
import { openOrCreateTrusted, openTrusted } from "./trusted_entry.ts";
import { SynchronousSleep } from "./wakeups.ts";

/**
 * A process that holds a lock for longer is not running: the work under a lock
 * takes moments.
 */
const MOMENT_MILLISECONDS = 5000;

/** An advisory lock, which the kernel drops however its process ends. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  /** Whether `during` holds the lock. */
  #isHeldHere = false;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Waits for the exclusive lock on `path`, creating the file if needed. */
  static acquire(path: string, check: EntryCheck): FileLock {
    for (;;) {
      const file = openOrCreateTrusted(path, check);
      lock(file, () => warnOfHolder(path));
      // The previous holder may have removed the file: then this locks nothing.
      const present = lstatIfPresent(path);
      const mine = file.statSync();
      if (present?.ino === mine.ino && present.dev === mine.dev) {
        return new FileLock(file, path);
      }
      file.close();
    }
  }

  /** Opens the lock on `path` without taking it, for {@linkcode FileLock.during}. */
  static open(path: string, check: EntryCheck): FileLock {
    return new FileLock(openOrCreateTrusted(path, check), path);
  }

  /**
   * Waits for the exclusive lock, runs `fn` and releases the lock. Calls
   * `delayed` when the wait takes long. May be nested.
   */
  during<T>(fn: () => T, delayed: () => void): T {
    if (this.#isHeldHere) return fn();
    lock(this.#file, () => {
      warnOfHolder(this.#path);
      delayed();
    });
    this.#isHeldHere = true;
    try {
      return fn();
    } finally {
      this.#isHeldHere = false;
      this.#file.unlockSync();
    }
  }

  /** Returns whether some process holds the exclusive lock on `path`. */
  static isHeld(path: string): boolean {
    // Anything but a file is no lock, and opening a pipe could take for ever.
    if (!lookIfPermitted(path)?.isFile) return false;
    const file = openTrusted(path, { read: true }, BY_KIND);
    if (!file) return false;
    try {
      return !file.tryLockSync(false);
    } finally {
      file.close();
    }
  }

  /** Releases the lock. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Waits for the lock; calls `delayed` once when the wait takes long. */
function lock(file: Deno.FsFile, delayed: () => void): void {
  if (file.tryLockSync(true)) return;
  const deadline = performance.now() + MOMENT_MILLISECONDS;
  const sleep = new SynchronousSleep();
  do {
    sleep.sleep();
    if (file.tryLockSync(true)) return;
  } while (performance.now() < deadline);
  delayed();
  file.lockSync(true);
}

function warnOfHolder(path: string): void {
  console.warn(
    `sluice: Waiting for a process that holds "${path}" and does not go on: it may be stopped`,
  );
}
