import { shortTurn } from "../../../internal/mod.ts";
import { Spin } from "./spin.ts";
import {
  startTimeout,
  steadyClock,
  stopTimeout,
  system,
} from "../runtime/mod.ts";

/** Time between two looks where nothing reports changes, in ms. */
const POLL_MILLISECONDS = 5;
/** Longest time between two looks otherwise: a report may be lost, in ms. */
const TICK_MILLISECONDS = 100;
/** Files that are watched at the same time. Each takes a watch of the system. */
const MOST_WATCHED = 32;
const SHORTEST_SLEEP_MILLISECONDS = 0.05;
const LONGEST_SLEEP_MILLISECONDS = 5;

/** What ends a sleep before its time. One object stands for one wait. */
export interface Alarm {
  /** Returns whether something may have changed. It takes microseconds. */
  hasNews(): boolean;
  /**
   * Asks other members to ring the bell. Returns whether it has just done so, and
   * something may have happened before.
   */
  set(): boolean;
  /** Whether somebody is going to ring. */
  readonly isSet: boolean;
  /**
   * Set for a wait that ends when a file grows. Returns that file, `undefined` when
   * it has no name any more.
   */
  readonly growing?: () => WatchedFile | undefined;
  /** When this wait does not look again and again any more. */
  spinsUntil?: number;
}

/** A file that is watched while a wait sleeps. */
export interface WatchedFile {
  readonly location: string;
  /** Tells it from other files that lie there at other times. */
  readonly number: number;
}

/**
 * Wakes operations that wait for others.
 *
 * At first a wait looks again and again for a moment, if that paid off lately.
 * Then it sleeps until somebody writes to the bell of this process, which is a
 * file, or to the file that it waits for.
 *
 * One file-system watch serves all waits of a process, on nothing but these files.
 * It keeps no program alive while no operation waits.
 */
export class Wakeups implements Disposable {
  readonly #hangBell: () => string;
  #bell = "";
  /** The sleeping waits, each with the location of the file that it waits for. */
  readonly #sleeping = new Map<() => void, string | undefined>();
  readonly #spins = { growth: new Spin(), event: new Spin() };
  #isSpinning = false;
  #hasEnded = false;
  #watcher: Deno.FsWatcher | undefined;
  /** The files that the watcher watches besides the bell, by location. */
  #watched = new Map<string, number>();
  /** The watcher whose next report is pending. */
  #listener: Deno.FsWatcher | undefined;
  #unwatchable = false;
  #tick: ReturnType<typeof setTimeout> | undefined;

  /**
   * Prepares to listen; the first sleep starts the watch.
   *
   * @param hangBell Makes the bell, and returns its location.
   */
  constructor(hangBell: () => string) {
    this.#hangBell = hangBell;
  }

  /** Resolves when something may have changed; rejects on abort. */
  async next(alarm: Alarm, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const spin = alarm.growing ? this.#spins.growth : this.#spins.event;
    if (await this.#look(alarm, spin, signal)) return;
    const file = alarm.growing?.();
    // What happened just before is not reported: look again.
    const isNew = this.#watch(file);
    if (!this.#unwatchable && alarm.set() || isNew) return;
    const isReported = alarm.isSet && this.#watcher !== undefined &&
      (!alarm.growing || file !== undefined && this.#watches(file));
    await this.#sleep(isReported, file?.location, signal);
  }

  /** Wakes all sleeping waits. */
  wake(): void {
    for (const wake of this.#sleeping.keys()) wake();
  }

  /** Stops watching and ends all waits. */
  [Symbol.dispose](): void {
    this.#hasEnded = true;
    stopTimeout(this.#tick);
    this.#stop();
    this.wake();
  }

  /** Looks again and again for a moment; returns whether it has seen anything. */
  async #look(
    alarm: Alarm,
    spin: Spin,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    // One at a time: the others find out by it.
    if (this.#isSpinning) return false;
    alarm.spinsUntil ??= steadyClock() + spin.begin();
    if (steadyClock() >= alarm.spinsUntil) return false;
    this.#isSpinning = true;
    try {
      do {
        await shortTurn();
        signal?.throwIfAborted();
        if (this.#hasEnded) return true;
        if (alarm.hasNews()) {
          spin.paidOff();
          return true;
        }
      } while (steadyClock() < alarm.spinsUntil);
    } finally {
      this.#isSpinning = false;
    }
    spin.failed();
    return false;
  }

  async #sleep(
    isReported: boolean,
    location: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timer = isReported
      ? undefined
      : startTimeout(wake, POLL_MILLISECONDS);
    if (isReported) this.#startTick();
    this.#listen();
    signal?.addEventListener("abort", wake);
    this.#sleeping.set(wake, location);
    await promise;
    if (timer !== undefined) stopTimeout(timer);
    signal?.removeEventListener("abort", wake);
    this.#sleeping.delete(wake);
    if (this.#sleeping.size === 0 && this.#tick !== undefined) {
      Deno.unrefTimer(this.#tick);
    }
    signal?.throwIfAborted();
  }

  /**
   * One timer serves all sleeps: to start one for each costs more than a sleep.
   * While there are any it keeps the process alive, which the report does not.
   */
  #startTick(): void {
    if (this.#tick !== undefined) return Deno.refTimer(this.#tick);
    this.#tick = startTimeout(() => {
      this.#tick = undefined;
      if (this.#sleeping.size > 0) this.wake();
      else this.#stop();
    }, TICK_MILLISECONDS);
  }

  /** Watches the bell and a file; returns whether it did not before. */
  #watch(file: WatchedFile | undefined): boolean {
    if (this.#unwatchable) return false;
    const isWatched = !file || this.#watches(file);
    if (this.#watcher && isWatched) return false;
    const files = this.#filesToKeep();
    if (file) files.set(file.location, file.number);
    if (this.#watcher && files.size > MOST_WATCHED) return false;
    if (this.#start(files)) return true;
    // One of the files has just moved; or the system has no watch left.
    const isNew = this.#watcher === undefined;
    this.#unwatchable = !this.#start(new Map());
    return isNew;
  }

  /** Those that were watched so far; if these are too many, those still needed. */
  #filesToKeep(): Map<string, number> {
    const files = new Map(this.#watched);
    if (files.size < MOST_WATCHED) return files;
    const needed = new Set(this.#sleeping.values());
    for (const location of files.keys()) {
      if (!needed.has(location)) files.delete(location);
    }
    return files;
  }

  #watches({ location, number }: WatchedFile): boolean {
    return this.#watched.get(location) === number;
  }

  #start(files: Map<string, number>): boolean {
    try {
      this.#bell ||= this.#hangBell();
      const paths = [this.#bell, ...files.keys()];
      const watcher = system.watchFs(paths, { recursive: false });
      this.#watcher?.close();
      this.#watcher = watcher;
      this.#watched = files;
    } catch {
      return false;
    }
    if (this.#sleeping.size > 0) this.#listen();
    return true;
  }

  #listen(): void {
    const watcher = this.#watcher;
    if (!watcher || this.#listener === watcher) return;
    this.#listener = watcher;
    const heard = (result?: IteratorResult<Deno.FsEvent>) => {
      if (this.#listener !== watcher) return;
      this.#listener = undefined;
      const event = result?.done ? undefined : result?.value;
      if (event?.kind !== "access") this.#wakeFor(event?.paths ?? []);
      if (this.#sleeping.size > 0 && event) this.#listen();
    };
    const report = watcher[Symbol.asyncIterator]().next();
    keepNothingAlive(watcher);
    report.then(heard, () => heard());
  }

  /** Wakes those who wait for one of the files; all at the bell. */
  #wakeFor(paths: readonly string[]): void {
    const isForAll = paths.length === 0 || paths.includes(this.#bell);
    for (const [wake, location] of this.#sleeping) {
      if (!isForAll && (!location || !paths.includes(location))) continue;
      this.#sleeping.delete(wake);
      wake();
    }
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = new Map();
  }
}

/**
 * Lets the process end while a report of a watcher is pending. At once, when it
 * cannot have come yet: otherwise the runtime counts another pending operation
 * for one that keeps nothing alive.
 */
function keepNothingAlive(watcher: Deno.FsWatcher): void {
  // The types of the runtime do not know the method.
  const unref: unknown = Reflect.get(watcher, "unref");
  if (typeof unref === "function") unref.call(watcher);
}

/** Sleeps between the looks of a synchronous wait, longer each time. */
export class SynchronousSleep {
  #milliseconds = SHORTEST_SLEEP_MILLISECONDS;
  static readonly #never = new Int32Array(new SharedArrayBuffer(4));

  /** Blocks this thread for a moment. */
  sleep(): void {
    Atomics.wait(SynchronousSleep.#never, 0, 0, this.#milliseconds);
    this.#milliseconds = Math.min(
      this.#milliseconds * 1.5,
      LONGEST_SLEEP_MILLISECONDS,
    );
  }
}
