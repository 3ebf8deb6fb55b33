import { delay } from "@std/async";
import {
  BY_KIND,
  type EntryCheck,
  type Expectation,
  openOrCreateTrusted,
  openTrusted,
} from "../trust/mod.ts";
import {
  describeHolder,
  forgetHolder,
  holderOf,
  type LockHolder,
  noteHolder,
} from "./lock_holder.ts";
import {
  lookIfPermitted,
  lstatIfPresent,
  steadyClock,
} from "../runtime/mod.ts";
import { SynchronousSleep } from "../waiting/mod.ts";

/**
 * A process that holds a lock for longer is not running: the work under a lock
 * takes moments.
 */
const MOMENT_MILLISECONDS = 5000;

/** Longest time between two looks at a lock that somebody else holds, in ms. */
const LONGEST_PAUSE_MILLISECONDS = 50;

/** How to wait for a lock. */
export interface LockWait {
  /** Ends the wait when it aborts. */
  readonly signal?: AbortSignal;
  /** Is called once, when the wait takes long. */
  readonly delayed?: () => void;
  /** Returns the processes that may hold the lock, if the holder is unknown. */
  readonly mayHold?: () => readonly LockHolder[];
  /**
   * How long a wait takes before that, in ms.
   *
   * @default {5000}
   */
  readonly patience?: number;
}

/** Who acquires a lock, for those who wait for it. */
export interface LockUser {
  /** The name of the step. */
  readonly app?: string;
}

/** An advisory lock, which the kernel drops however its process ends. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  /** Whether `during` or `hold` holds the lock. */
  #isHeldHere = false;
  #isClosed = false;
  /** Whether the file says who holds the lock. */
  #isNoted = false;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Waits for the exclusive lock on `path`, creating the file if needed. */
  static acquire(
    path: string,
    check: EntryCheck,
    user: LockUser & Expectation = {},
  ): FileLock {
    for (;;) {
      const file = openOrCreateTrusted(path, check, user);
      lock(file, path);
      const acquired = FileLock.#acquired(file, path, user);
      if (acquired) return acquired;
    }
  }

  /** The same without blocking the thread while somebody else has the lock. */
  static async acquireWhenFree(
    path: string,
    check: EntryCheck,
    { app, ...wait }: LockUser & LockWait = {},
  ): Promise<FileLock> {
    for (;;) {
      const file = openOrCreateTrusted(path, check);
      try {
        await lockWhenFree(file, path, wait);
      } catch (error) {
        file.close();
        throw error;
      }
      const acquired = FileLock.#acquired(file, path, { app });
      if (acquired) return acquired;
    }
  }

  /** Returns the lock that was taken on a file, if `path` still names that. */
  static #acquired(
    file: Deno.FsFile,
    path: string,
    { app }: LockUser,
  ): FileLock | undefined {
    // The previous holder may have removed the file: then this locks nothing.
    const present = lstatIfPresent(path);
    const mine = file.statSync();
    if (present?.ino !== mine.ino || present.dev !== mine.dev) {
      file.close();
      return undefined;
    }
    const lock = new FileLock(file, path);
    if (app !== undefined) lock.#isNoted = noteHolder(file, app);
    return lock;
  }

  /** Opens the lock on `path` without taking it, for {@linkcode FileLock.during}. */
  static open(
    path: string,
    check: EntryCheck,
    expected?: Expectation,
  ): FileLock {
    return new FileLock(openOrCreateTrusted(path, check, expected), path);
  }

  /**
   * Waits for the exclusive lock, runs `fn` and releases the lock. Calls
   * `delayed` when the wait takes long. May be nested.
   */
  during<T>(fn: () => T, wait: Pick<LockWait, "delayed" | "mayHold">): T {
    if (this.#isHeldHere) return fn();
    lock(this.#file, this.#path, wait);
    this.#isHeldHere = true;
    try {
      return fn();
    } finally {
      this.#isHeldHere = false;
      this.#file.unlockSync();
    }
  }

  /**
   * Runs `fn` with the lock, unless somebody else holds it. Returns whether it
   * has done so.
   */
  ifFree(fn: () => void): boolean {
    const isHeldHere = this.#isHeldHere;
    if (!isHeldHere && !this.#file.tryLockSync(true)) return false;
    this.#isHeldHere = true;
    try {
      fn();
      return true;
    } finally {
      this.#isHeldHere = isHeldHere;
      if (!isHeldHere) this.#file.unlockSync();
    }
  }

  /**
   * Takes the lock without blocking the thread while somebody else has it, until
   * the result is disposed of. Meanwhile `during` waits for nothing.
   */
  async hold(wait: LockWait): Promise<Disposable> {
    if (this.#isHeldHere) return { [Symbol.dispose]: () => {} };
    await lockWhenFree(this.#file, this.#path, wait);
    this.#isHeldHere = true;
    return {
      [Symbol.dispose]: () => {
        this.#isHeldHere = false;
        if (!this.#isClosed) this.#file.unlockSync();
      },
    };
  }

  /**
   * Tells whether the file system keeps locks, also between two parts of one
   * process: whoever holds this one keeps others out.
   */
  keeps(): boolean {
    try {
      // Somebody else keeps this process out.
      if (!this.#file.tryLockSync(true)) return true;
    } catch {
      return false;
    }
    try {
      using other = openTrusted(this.#path, { read: true }, BY_KIND);
      return other === undefined || !other.tryLockSync(false);
    } finally {
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
    this.#isClosed = true;
    if (this.#isNoted) forgetHolder(this.#file);
    this.#file.close();
  }
}

/** Waits for the lock; calls `delayed` once when the wait takes long. */
function lock(file: Deno.FsFile, path: string, wait: LockWait = {}): void {
  if (file.tryLockSync(true)) return;
  const deadline = steadyClock() + MOMENT_MILLISECONDS;
  const sleep = new SynchronousSleep();
  do {
    sleep.sleep();
    if (file.tryLockSync(true)) return;
  } while (steadyClock() < deadline);
  warnOfHolder(file, path, wait);
  wait.delayed?.();
  file.lockSync(true);
}

async function lockWhenFree(
  file: Deno.FsFile,
  path: string,
  wait: LockWait,
): Promise<void> {
  const { signal, delayed, patience = MOMENT_MILLISECONDS } = wait;
  signal?.throwIfAborted();
  const begun = steadyClock();
  let isTold = false;
  for (let pause = 1; !file.tryLockSync(true);) {
    if (!isTold && steadyClock() - begun > patience) {
      isTold = true;
      warnOfHolder(file, path, wait);
      delayed?.();
    }
    await delay(pause, { signal });
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
  }
}

function warnOfHolder(
  file: Deno.FsFile,
  path: string,
  { mayHold }: LockWait,
): void {
  const holder = describeHolder(holderOf(file, path), mayHold?.());
  console.warn(
    `sluice: Waiting for ${holder}, which holds "${path}" and does not go on: it may be stopped`,
  );
}
