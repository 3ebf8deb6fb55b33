import type { Transaction, TransactionContext } from "./transaction.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

const contexts = new WeakMap<object, DummyTransactionContext>();

/**
 * The context of a store without transactions: entering and leaving do nothing,
 * and what was written stays written.
 *
 * Source of the semantics: `encore.storage.utils.DummyTransactionContext`.
 *
 * @example Usage
 * ```ts
 * import { DummyTransactionContext, FileStore } from "@sluice/sluice/store";
 *
 * const store = new FileStore("results");
 * console.log(store.transaction("x") instanceof DummyTransactionContext); // true
 * console.log(store.transaction("x") === store.transaction("y")); // true
 * ```
 */
export class DummyTransactionContext implements TransactionContext {
  /**
   * Makes the context of a store, or returns the one that it already has.
   *
   * @param store The store without transactions.
   */
  constructor(store: object) {
    const known = contexts.get(store);
    if (known) return known;
    contexts.set(store, this);
  }

  /**
   * Runs `body`, nothing else.
   *
   * @param body Its writes stay, even if it throws.
   * @param options A signal that keeps `body` from running if it is aborted.
   * @returns The result of `body`.
   */
  async run<T>(
    body: () => T | PromiseLike<T>,
    options: WaitOptions = {},
  ): Promise<T> {
    liveSignal(options);
    return await body();
  }

  /**
   * Does nothing.
   *
   * @param options A signal that refuses the entry if it is aborted.
   * @returns A transaction whose methods do nothing.
   */
  enter(options: WaitOptions = {}): Promise<Transaction> {
    return Promise.try(() => {
      liveSignal(options);
      return NO_TRANSACTION;
    });
  }
}

const nothing = () => Promise.resolve();

const NO_TRANSACTION: Transaction = {
  commit: nothing,
  rollback: nothing,
  [Symbol.asyncDispose]: nothing,
};
