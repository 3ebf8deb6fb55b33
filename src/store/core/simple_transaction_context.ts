import { methodsErrAtCaller } from "../../internal/mod.ts";
import { NestedTransaction } from "./nested_transaction.ts";
import { OutermostTransaction } from "./outermost_transaction.ts";
import { StoreTransactionStartEvent } from "./store_events.ts";
import type {
  Transaction,
  TransactionalStore,
  TransactionContext,
} from "./transaction.ts";
import { type OpenTransaction, turnsOf } from "./transaction_turns.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/**
 * The context of a store with transactions, of which one at a time is open.
 * Entries from within it are nested: only the outermost one begins, commits or
 * rolls back. Entries from elsewhere wait for its end.
 *
 * While it is open, the store's modification events are held back. After the
 * event of its end they are emitted in order, or dropped if it was rolled back.
 * Reads never wait: those of the same store object see what the open
 * transaction has written so far.
 *
 * Source of the semantics: `encore.storage.utils.SimpleTransactionContext`.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * await store.transaction("rename").run(async () => {
 *   await store.set("new", store.get("old"));
 *   await store.delete("old");
 * });
 * ```
 *
 * @example By hand
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * await using transaction = await store.transaction("try").enter();
 * await store.fromBytes("a", new Uint8Array(3));
 * if (await store.exists("b")) await transaction.commit();
 * ```
 */
export class SimpleTransactionContext implements TransactionContext {
  /** The store that the transactions belong to. */
  readonly store: TransactionalStore;
  /** The purpose of the transaction. */
  readonly notes: string;

  /**
   * Makes a context; the transactions of all contexts of a store queue up.
   *
   * @param store The store that the transactions belong to.
   * @param notes The purpose of the transaction.
   */
  constructor(store: TransactionalStore, notes = "") {
    this.store = store;
    this.notes = notes;
  }

  /**
   * Runs `body` in a transaction, or in the one that it is called in.
   *
   * @param body Its writes to the store belong to the transaction.
   * @param options A signal that ends the wait for other transactions.
   * @returns The result of `body`.
   * @throws The error of `body`, after the transaction was rolled back.
   */
  async run<T>(
    body: () => T | PromiseLike<T>,
    options: WaitOptions = {},
  ): Promise<T> {
    const signal = liveSignal(options);
    const turns = turnsOf(this.store);
    if (turns.inside) return await body();
    const turn = await turns.begin({ explicit: false, signal });
    return await turns.within(turn, async () => {
      const outermost = await this.#begin(turn, signal);
      try {
        const result = await body();
        await outermost.commit();
        return result;
      } finally {
        await outermost[Symbol.asyncDispose]();
      }
    });
  }

  /**
   * Enters a transaction by hand. The code that awaits the entry is within the
   * transaction from then on, with everything that it calls, further entries
   * too; entries from elsewhere wait until it is left. Code that calls `enter`
   * without awaiting it counts as within the transaction, too: where that
   * matters, use {@linkcode SimpleTransactionContext.run}.
   *
   * @param options A signal that ends the wait for other transactions.
   * @returns The transaction, for `await using`.
   */
  async enter(options: WaitOptions = {}): Promise<Transaction> {
    const signal = liveSignal(options);
    const turns = turnsOf(this.store);
    if (turns.inside) return new NestedTransaction();
    const turn = await turns.begin({ explicit: true, signal });
    return await this.#begin(turn, signal);
  }

  /**
   * Begins: calls the store's `beginTransaction` if it has one.
   *
   * @param signal Ends the wait.
   */
  protected async begin(signal?: AbortSignal): Promise<void> {
    await this.store.beginTransaction?.(signal);
  }

  /** Commits: calls the store's `commitTransaction` if it has one. */
  protected async commit(): Promise<void> {
    await this.store.commitTransaction?.();
  }

  /** Rolls back: calls the store's `rollbackTransaction` if it has one. */
  protected async rollback(): Promise<void> {
    await this.store.rollbackTransaction?.();
  }

  async #begin(
    turn: OpenTransaction,
    signal: AbortSignal | undefined,
  ): Promise<Transaction> {
    try {
      await this.begin(signal);
    } catch (error) {
      turn.end();
      throw error;
    }
    turn.begun();
    const { store, notes } = this;
    store.eventManager.emit(
      new StoreTransactionStartEvent({ source: store, notes }),
    );
    return new OutermostTransaction({
      store,
      notes,
      turn,
      commit: () => this.commit(),
      rollback: () => this.rollback(),
    });
  }
}

methodsErrAtCaller(SimpleTransactionContext, {
  except: ["begin", "commit", "rollback"],
});
