import { system } from "./system.ts";

/** Time between two looks where no watch reports changes, in ms. */
const POLL_MILLISECONDS = 5;
/** Longest time between two looks with a watch, which may miss a change. */
const WATCHED_MILLISECONDS = 100;
const SHORTEST_SLEEP_MILLISECONDS = 0.05;
const LONGEST_SLEEP_MILLISECONDS = 5;

/**
 * Wakes operations that wait for a change below some directories.
 *
 * One file-system watch serves all waits of a process. It is read only while
 * an operation waits, so it keeps no program alive.
 */
export class Wakeups implements Disposable {
  readonly #directories: string[];
  readonly #waiting = new Set<() => void>();
  #watcher: Deno.FsWatcher | undefined;
  /** The watcher whose next report is pending. */
  #listener: Deno.FsWatcher | undefined;
  #unwatchable = false;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** Prepares to watch `directories`; the first wait starts the watch. */
  constructor(directories: string[]) {
    this.#directories = directories;
  }

  /** Resolves at the next change or after a while; rejects on abort. */
  async next(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // Changes just before the watch began are not reported: look again.
    if (this.#startWatching()) return;
    this.#listen();
    clearTimeout(this.#idleTimer);
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const limit = this.#watcher ? WATCHED_MILLISECONDS : POLL_MILLISECONDS;
    const timer = setTimeout(wake, limit);
    signal?.addEventListener("abort", wake);
    this.#waiting.add(wake);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
    this.#waiting.delete(wake);
    // A pending report that nothing waits for would keep the process alive.
    // Most often the same operation waits again at once.
    clearTimeout(this.#idleTimer);
    if (this.#waiting.size === 0 && this.#listener) {
      this.#idleTimer = setTimeout(() => this.#stop(), 0);
    }
    signal?.throwIfAborted();
  }

  /** Stops watching and ends all waits. */
  [Symbol.dispose](): void {
    clearTimeout(this.#idleTimer);
    this.#stop();
    for (const wake of this.#waiting) wake();
  }

  #startWatching(): boolean {
    if (this.#watcher || this.#unwatchable) return false;
    try {
      this.#watcher = system.watchFs(this.#directories, { recursive: true });
    } catch {
      // The system has no watch left: polling replaces it.
      this.#unwatchable = true;
    }
    return true;
  }

  #listen(): void {
    const watcher = this.#watcher;
    if (!watcher || this.#listener === watcher) return;
    this.#listener = watcher;
    const heard = () => {
      if (this.#listener === watcher) this.#listener = undefined;
      for (const wake of this.#waiting) wake();
    };
    watcher[Symbol.asyncIterator]().next().then(heard, heard);
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
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
