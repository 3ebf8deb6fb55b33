/** The length of a pause as a share of the time that has gone by. */
const SHARE = 0.05;

/** The longest pause, in ms. */
const LONGEST_MILLISECONDS = 30;

/** Pauses between looks for something, the longer the longer it does not come. */
export class Pauses {
  readonly #signal: AbortSignal;
  #begun = performance.now();

  /** An abort of `signal` ends a pause. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** It has come: the next pause is short. */
  restart(): void {
    this.#begun = performance.now();
  }

  /** Resolves when it is time for the next look. */
  next(): Promise<void> {
    const signal = this.#signal;
    const passed = performance.now() - this.#begun;
    const pause = Math.min(LONGEST_MILLISECONDS, passed * SHARE);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, pause);
      if (!signal.aborted) signal.addEventListener("abort", end);
    });
  }
}
