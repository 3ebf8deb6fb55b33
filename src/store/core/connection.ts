import { abortable } from "@std/async";
import type { MaybePromise } from "./maybe_promise.ts";

/** What a {@linkcode Connection} opens and closes. */
export interface Connectable {
  /** Opens it; the signal aborts when nobody waits for it any more. */
  open(signal: AbortSignal): MaybePromise<void>;
  /** Closes what `open` opened. */
  close(): MaybePromise<void>;
}

/** An opening that has begun. */
interface Attempt {
  readonly opened: Promise<void>;
  readonly abandon: AbortController;
  /** The number of callers that wait for it. */
  waiting: number;
}

/**
 * The state of a store between `connect` and `disconnect`: it is opened once
 * for all callers that connect at the same time, and closed before it is opened
 * again.
 */
export class Connection {
  readonly #target: Connectable;
  #isOpen = false;
  #attempt: Attempt | undefined;
  #closing: Promise<void> | undefined;

  constructor(target: Connectable) {
    this.#target = target;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens the target, or waits for the caller that is opening it. */
  async connect(signal?: AbortSignal): Promise<void> {
    while (this.#closing) {
      await unlessAborted(this.#closing.catch(() => {}), signal);
    }
    this.#attempt ??= this.#begin();
    await this.#waitFor(this.#attempt, signal);
  }

  /** Closes the target once it is open, if it is or gets so. */
  async disconnect(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  #begin(): Attempt {
    const abandon = new AbortController();
    const opened = this.#open(abandon.signal);
    return { opened, abandon, waiting: 0 };
  }

  async #waitFor(attempt: Attempt, signal?: AbortSignal): Promise<void> {
    attempt.waiting++;
    try {
      await unlessAborted(attempt.opened, signal);
    } finally {
      attempt.waiting--;
      const isAbandoned = attempt.waiting === 0 && signal?.aborted &&
        attempt === this.#attempt && !this.#isOpen;
      if (isAbandoned) this.#abandon(attempt, signal);
    }
  }

  /** A target that opens in spite of the signal is closed again. */
  #abandon({ abandon }: Attempt, { reason }: AbortSignal): void {
    abandon.abort(reason);
    this.disconnect().catch(() => {});
  }

  async #open(signal: AbortSignal): Promise<void> {
    try {
      await this.#target.open(signal);
      this.#isOpen = true;
    } catch (error) {
      this.#attempt = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#attempt?.opened.catch(() => {});
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#attempt = undefined;
      await this.#target.close();
    } finally {
      this.#closing = undefined;
    }
  }
}

async function unlessAborted(
  promise: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await (signal ? abortable(promise, signal) : promise);
}
