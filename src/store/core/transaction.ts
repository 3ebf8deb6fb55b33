import type { EventManager } from "../../events/mod.ts";
import type { WaitOptions } from "./wait_options.ts";

/** The part of a store that a transaction context needs. */
export interface TransactionalStore {
  /** Emits the store's events, with the store as their `source`. */
  readonly eventManager: EventManager;
  /** Begins a transaction; the signal ends a wait for it. */
  beginTransaction?(signal?: AbortSignal): void | Promise<void>;
  /** Makes what was written since then permanent. */
  commitTransaction?(): void | Promise<void>;
  /** Undoes what was written since then. */
  rollbackTransaction?(): void | Promise<void>;
}

/**
 * A transaction that was entered by hand. Leaving the scope of `await using`
 * without a `commit()` rolls it back: an error that leaves the scope must not
 * make half of the changes permanent.
 */
export interface Transaction extends AsyncDisposable {
  /** Makes what was written since the entry permanent. */
  commit(): Promise<void>;
  /** Undoes what was written since the entry. */
  rollback(): Promise<void>;
}

/** Runs or enters transactions; `store.transaction()` returns one. */
export interface TransactionContext {
  /**
   * Runs `body` in a transaction, which is committed when it returns and
   * rolled back when it throws.
   *
   * @param body Its writes to the store belong to the transaction.
   * @param options A signal that ends the wait for other transactions.
   * @returns The result of `body`.
   * @throws The error of `body`.
   */
  run<T>(
    body: () => T | PromiseLike<T>,
    options?: WaitOptions,
  ): Promise<T>;
  /**
   * Enters a transaction by hand: until it is left, every single write to the
   * store belongs to it, wherever it comes from. Where several tasks write to a
   * store at the same time, `run` keeps them apart.
   *
   * @param options A signal that ends the wait for other transactions.
   * @returns The transaction, for `await using`.
   */
  enter(options?: WaitOptions): Promise<Transaction>;
}
