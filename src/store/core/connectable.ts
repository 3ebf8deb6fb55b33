import { abortable } from "@std/async";
import { methodsErrAtCaller } from "../../internal/mod.ts";
import type { MaybePromise } from "./maybe_promise.ts";
import { notConnectedError } from "./store_error.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/** An opening that has begun. */
interface Attempt {
  readonly opened: Promise<void>;
  readonly abandon: AbortController;
  /** The number of callers that wait for it. */
  waiting: number;
  /** `true` once a caller that waited has the open store. */
  isUsed: boolean;
}

/**
 * The connection of a store, from `connect` to `disconnect`. A backend opens
 * its resources in `open` and closes them in `close`, once for all callers that
 * connect at the same time.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * const store = await new MemoryStore().connect();
 * console.log(store.isConnected()); // true
 * await store.disconnect();
 * ```
 */
export abstract class Connectable implements AsyncDisposable {
  #isOpen = false;
  #attempt: Attempt | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Opens what the store needs. All other methods need a connected store.
   *
   * @param options A signal that ends the wait. The store is connected all the
   * same if another caller waits for that, too.
   * @returns The store, for `await using`.
   */
  async connect(options: WaitOptions = {}): Promise<this> {
    const signal = liveSignal(options);
    while (this.#closing) {
      await unlessAborted(this.#closing.catch(() => {}), signal);
    }
    this.#attempt ??= this.#begin();
    await this.#waitFor(this.#attempt, signal);
    return this;
  }

  /**
   * Closes what {@linkcode Connectable.connect} opened. A store that is being
   * connected is closed once it is open.
   */
  async disconnect(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /**
   * Returns whether the store is connected.
   *
   * @returns `true` between `connect` and `disconnect`.
   */
  isConnected(): boolean {
    return this.#isOpen;
  }

  /** Disconnects at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  /**
   * Opens what the backend needs while it is connected.
   *
   * @param signal Aborts when no caller waits for the store any more.
   */
  protected open(_signal: AbortSignal): MaybePromise<void> {}

  /** Closes what `open` opened. */
  protected close(): MaybePromise<void> {}

  /**
   * Refuses work while the store is not connected.
   *
   * @throws {StoreError} `NOT_CONNECTED`.
   */
  protected assertConnected(): void {
    if (!this.#isOpen) throw notConnectedError();
  }

  #begin(): Attempt {
    const abandon = new AbortController();
    // In a microtask of its own: an error of `open` must find the attempt set.
    const opened = Promise.resolve().then(() => this.#open(abandon.signal));
    return { opened, abandon, waiting: 0, isUsed: false };
  }

  async #waitFor(attempt: Attempt, signal?: AbortSignal): Promise<void> {
    attempt.waiting++;
    try {
      await unlessAborted(attempt.opened, signal);
      attempt.isUsed = true;
    } finally {
      const isAbandoned = --attempt.waiting === 0 && !attempt.isUsed;
      if (isAbandoned && attempt === this.#attempt) {
        this.#abandon(attempt, signal?.reason);
      }
    }
  }

  /** A backend that opens in spite of the signal is closed again. */
  #abandon({ abandon }: Attempt, reason: unknown): void {
    abandon.abort(reason);
    this.disconnect().catch(() => {});
  }

  async #open(signal: AbortSignal): Promise<void> {
    try {
      await this.open(signal);
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
      await this.close();
    } finally {
      this.#closing = undefined;
    }
  }
}

methodsErrAtCaller(Connectable, {
  except: ["isConnected", "open", "close", "assertConnected"],
});

async function unlessAborted(
  promise: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await (signal ? abortable(promise, signal) : promise);
}
