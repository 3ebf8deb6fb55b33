/** Time without a free slot after which one more is given, in ms. */
const PATIENCE_MILLISECONDS = 1000;

/** One that waits for a slot. */
interface Waiting {
  start(): void;
}

/**
 * Lets a limited number of things be open at the same time, such as files, of
 * which a process may have only so many. Others wait for their turn.
 *
 * The limit is not strict: what is open may wait itself for what is not open
 * yet, as the sources of several streams do that are fed in turn. When no slot
 * has come free for a second, one more is given, and twice as many each further
 * second.
 */
export class Slots {
  readonly #most: number;
  readonly #patience: number;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;
  #extra = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Makes `most` slots. */
  constructor(most: number, patience: number = PATIENCE_MILLISECONDS) {
    this.#most = most;
    this.#patience = patience;
  }

  /** Takes a slot until it is disposed of, or waits for one. */
  async take(signal?: AbortSignal): Promise<Disposable> {
    if (this.#taken < this.#most && this.#waiting.size === 0) this.#taken++;
    else await this.#turn(signal);
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#taken--;
        this.#next();
      },
    };
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { start: resolve };
    const leave = () => {
      this.#waiting.delete(waiting);
      this.#watch();
      reject(signal?.reason);
    };
    this.#waiting.add(waiting);
    this.#watch();
    signal?.addEventListener("abort", leave);
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  #next(): void {
    this.#extra = 1;
    while (this.#taken < this.#most && this.#waiting.size > 0) this.#start();
    this.#watch();
  }

  #start(): void {
    const [first] = this.#waiting;
    this.#waiting.delete(first);
    this.#taken++;
    first.start();
  }

  /** Begins to wait for the next free slot, while anyone needs it. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      for (let i = 0; i < this.#extra && this.#waiting.size > 0; i++) {
        this.#start();
      }
      this.#extra *= 2;
      this.#watch();
    }, this.#patience);
  }
}
