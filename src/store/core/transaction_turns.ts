import { AsyncLocalStorage } from "node:async_hooks";

/** The transaction that a store is in. */
export interface OpenTransaction {
  /** `true` if it was entered by hand, so that writes from anywhere join it. */
  readonly explicit: boolean;
  /** Says that the store has begun it, so that its code may write. */
  begun(): void;
  /** Ends it and starts the next waiting transaction or write. */
  end(): void;
}

const turnsOfStores = new WeakMap<object, TransactionTurns>();

/** Returns the turns of a store, the same ones for the same store. */
export function turnsOf(store: object): TransactionTurns {
  const known = turnsOfStores.get(store);
  if (known) return known;
  const turns = new TransactionTurns();
  turnsOfStores.set(store, turns);
  return turns;
}

/** A transaction or a write that waits for its turn. */
interface Waiting {
  readonly kind: "transaction" | "write";
  start(): void;
}

/**
 * Lets either one transaction write to a store, or any number of single
 * writes, in the order in which they came, and knows which code runs inside
 * the transaction.
 */
export class TransactionTurns {
  readonly #inside = new AsyncLocalStorage<OpenTransaction>();
  readonly #waiting: Waiting[] = [];
  #open: OpenTransaction | undefined;
  #hasBegun = false;
  #writes = 0;

  /** `true` if the caller runs inside the open transaction. */
  get inside(): boolean {
    return this.#hasBegun && this.#inside.getStore() === this.#open;
  }

  /** Waits for the turn of a new transaction, until the signal aborts. */
  async begin(
    { explicit, signal }: { explicit: boolean; signal?: AbortSignal },
  ): Promise<OpenTransaction> {
    const open: OpenTransaction = {
      explicit,
      begun: () => {
        this.#hasBegun = true;
      },
      end: () => {
        this.#hasBegun = false;
        this.#open = undefined;
        this.#startWaiting();
      },
    };
    // The caller goes on inside the transaction. So does anything else that
    // is started before the caller waits: until the transaction has begun,
    // "inside" is false for it.
    if (explicit) this.#inside.enterWith(open);
    await this.#turn("transaction", () => {
      this.#open = open;
      this.#hasBegun = !explicit;
    }, signal);
    return open;
  }

  /** Runs `body` inside the transaction. */
  within<T>(open: OpenTransaction, body: () => Promise<T>): Promise<T> {
    return this.#inside.run(open, body);
  }

  /**
   * Runs one write: in the open transaction, or in a turn of its own, for which
   * it waits until the signal aborts.
   */
  async write<T>(
    body: () => T | Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.inside || this.#open?.explicit) return await body();
    if (this.#mayStart("write") && this.#waiting.length === 0) this.#writes++;
    else await this.#turn("write", () => this.#writes++, signal);
    try {
      return await body();
    } finally {
      this.#writes--;
      this.#startWaiting();
    }
  }

  async #turn(
    kind: Waiting["kind"],
    take: () => void,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = () => {
      take();
      resolve();
    };
    const waiting = { kind, start };
    const leave = () => {
      const place = this.#waiting.indexOf(waiting);
      if (place >= 0) this.#waiting.splice(place, 1);
      reject(signal?.reason);
    };
    this.#waiting.push(waiting);
    this.#startWaiting();
    signal?.addEventListener("abort", leave);
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#mayStart(this.#waiting[0].kind)) {
      this.#waiting.shift()?.start();
    }
  }

  #mayStart(kind: Waiting["kind"]): boolean {
    if (this.#open) return false;
    return kind === "write" || this.#writes === 0;
  }
}
