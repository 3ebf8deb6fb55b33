/** Publications that follow each other so closely are many, in ms. */
const CLOSE_MILLISECONDS = 2;
/** How many of them are made at once before others are collected. */
const FIRST = 16;

/**
 * Decides when a finished file may wait for others, to be published with them:
 * where a program finishes many within moments. They wait for the next turn of
 * the event loop, or for a call shortly after.
 */
export class PublicationPace implements Disposable {
  readonly #publish: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the latest publication was due. */
  #latest = -Infinity;
  /** How many followed each other closely. */
  #inARow = 0;
  /** Until when files are collected. */
  #end = -Infinity;

  /** @param publish Publishes what waits. */
  constructor(publish: () => void) {
    this.#publish = publish;
  }

  /** Whether files are being collected at the moment. */
  get isCollecting(): boolean {
    return performance.now() < this.#end;
  }

  /** Returns whether files that are due may wait. */
  mayWait(): boolean {
    const now = performance.now();
    if (now < this.#end) return true;
    if (now - this.#latest > CLOSE_MILLISECONDS) this.#inARow = 0;
    this.#latest = now;
    if (++this.#inARow <= FIRST || mayBringOthers()) return false;
    this.#end = now + CLOSE_MILLISECONDS;
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#publish();
      }, 0);
      // What is left at the end is published then.
      Deno.unrefTimer(this.#timer);
    }
    return true;
  }

  /** Nothing waits any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#end = -Infinity;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/**
 * Returns whether the program may start other ones. These look for its files in
 * their places, and it may wait for them without another word.
 */
function mayBringOthers(): boolean {
  return (["run", "ffi"] as const).some((name) => {
    const { state, partial } = Deno.permissions.querySync({ name });
    return state === "granted" || partial;
  });
}
