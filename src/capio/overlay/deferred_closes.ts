import { startTimeout, stopTimeout } from "../platform/mod.ts";

/**
 * Closes that are reported only once the program goes on. A `using` declaration
 * closes its file also when an error leaves the block; then the context fails
 * before the close is reported, and the file is lost.
 */
export class DeferredCloses {
  #reports: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Defers the report of a close. */
  defer(report: () => void): void {
    this.#reports.push(report);
    // An error that ends the program takes effect after a turn of timers.
    this.#timer ??= inNextTurn(() => {
      this.#timer = inNextTurn(() => this.report());
    });
  }

  /** Reports all deferred closes, and returns whether there were any. */
  report(): boolean {
    if (this.#reports.length === 0) return false;
    const reports = this.#reports;
    this.discard();
    for (const report of reports) report();
    return true;
  }

  /** Forgets all deferred closes. */
  discard(): void {
    stopTimeout(this.#timer);
    this.#timer = undefined;
    this.#reports = [];
  }
}

/** Does not keep a program that is at its end from ending. */
function inNextTurn(fn: () => void): ReturnType<typeof setTimeout> {
  const timer = startTimeout(fn, 0);
  Deno.unrefTimer(timer);
  return timer;
}
