import { ifPresent, system } from "./system.ts";
import { SynchronousSleep } from "./wakeups.ts";

/** Whoever has a lock for longer does not run, for it takes a moment. */
const MOMENT_MILLISECONDS = 5000;

/** An advisory lock that the kernel drops when its process ends, however. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  /** Whether `during` holds it. */
  #isHere = false;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Waits for the exclusive lock on `path`, creating the file if needed. */
  static acquire(path: string): FileLock {
    for (;;) {
      const file = system.openSync(path, { create: true, write: true });
      lock(file, () => warnOfHolder(path));
      // The one who had it may have removed the file: then this locks nothing.
      const present = ifPresent(() => system.statSync(path));
      const mine = file.statSync();
      if (present?.ino === mine.ino && present.dev === mine.dev) {
        return new FileLock(file, path);
      }
      file.close();
    }
  }

  /** Opens the lock on `path` for {@linkcode FileLock.during}, not held yet. */
  static open(path: string): FileLock {
    return new FileLock(
      system.openSync(path, { create: true, write: true }),
      path,
    );
  }

  /**
   * Waits for the exclusive lock, runs `fn`, and lets the next one have it.
   * `delayed` is told, before `fn` runs, when the wait takes long.
   */
  during<T>(fn: () => T, delayed: () => void): T {
    // Whoever has it may well do what needs it, too.
    if (this.#isHere) return fn();
    lock(this.#file, () => {
      warnOfHolder(this.#path);
      delayed();
    });
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

/** Waits for the lock, and says so once when it does not come. */
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
