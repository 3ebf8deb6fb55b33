import type { EventManager } from "../../events/mod.ts";
import {
  StoreModificationEvent,
  StoreTransactionEndEvent,
  StoreTransactionStartEvent,
} from "./store_events.ts";
import { StoreError } from "./store_error.ts";
import { type OpenTransaction, turnsOf } from "./transaction_turns.ts";

/** What a transaction context needs of its store. */
export interface TransactionalStore {
  /** Who emits the store's events, with the store as their `source`. */
  readonly eventManager: EventManager;
  /** Begins a transaction. */
  beginTransaction?(): void | Promise<void>;
  /** Makes what was written since then permanent. */
  commitTransaction?(): void | Promise<void>;
  /** Takes back what was written since then. */
  rollbackTransaction?(): void | Promise<void>;
}

/**
 * A transaction that was entered by hand. Leaving the scope of `await using`
 * rolls back what has not been committed: a scope that is left because of an
 * error must not make half of the changes permanent.
 */
export interface Transaction extends AsyncDisposable {
  /** Makes what was written since the entry permanent. */
  commit(): Promise<void>;
  /** Takes back what was written since the entry. */
  rollback(): Promise<void>;
}

/** What `store.transaction()` returns. */
export interface TransactionContext {
  /**
   * Runs `body` in a transaction, which is committed when it returns and
   * rolled back when it throws.
   *
   * @param body What to do; what it writes to the store is in the transaction.
   * @returns What it returns.
   * @throws What it throws.
   */
  run<T>(body: () => T | PromiseLike<T>): Promise<T>;
  /**
   * Enters a transaction by hand: until it is left, every single write to the
   * store belongs to it, wherever it comes from. Where several tasks write to a
   * store at the same time, `run` keeps them apart.
   *
   * @returns The transaction, for `await using`.
   */
  enter(): Promise<Transaction>;
}

const dummies = new WeakMap<object, DummyTransactionContext>();

/**
 * The transactions of a store that has none: entering and leaving do nothing,
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
    const known = dummies.get(store);
    if (known) return known;
    dummies.set(store, this);
  }

  /**
   * Runs `body`, nothing else.
   *
   * @param body What to do.
   * @returns What it returns.
   */
  async run<T>(body: () => T | PromiseLike<T>): Promise<T> {
    return await body();
  }

  /**
   * Does nothing.
   *
   * @returns A transaction of which each method does nothing.
   */
  enter(): Promise<Transaction> {
    const nothing = () => Promise.resolve();
    return Promise.resolve({
      commit: nothing,
      rollback: nothing,
      [Symbol.asyncDispose]: nothing,
    });
  }
}

/**
 * The transactions of a store, of which one at a time is open: entries from
 * within it are counted and only the outermost one begins, commits or rolls
 * back; entries from elsewhere wait for its end.
 *
 * While it is open, the store's modification events are held back. After the
 * event of its end they are emitted in order, or dropped if it was rolled back.
 * Reads wait for nothing: those of the same store object see what the open
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
  /** The store whose transactions these are. */
  readonly store: TransactionalStore;
  /** What the transaction is for. */
  readonly notes: string;

  /**
   * Makes a context; the transactions of all contexts of a store queue up.
   *
   * @param store The store whose transactions these are.
   * @param notes What the transaction is for.
   */
  constructor(store: TransactionalStore, notes = "") {
    this.store = store;
    this.notes = notes;
  }

  /**
   * Runs `body` in a transaction, or in the one that it is called in.
   *
   * @param body What to do; what it writes to the store is in the transaction.
   * @returns What it returns.
   * @throws What it throws, after the transaction was rolled back.
   */
  async run<T>(body: () => T | PromiseLike<T>): Promise<T> {
    const turns = turnsOf(this.store);
    if (turns.inside) return await body();
    const open = await turns.begin({ explicit: false });
    return await turns.within(open, async () => {
      const outermost = await this.#begin(open);
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
   * Enters a transaction by hand. What the code that waited for the entry then
   * calls is within it, further entries too; entries from elsewhere wait until
   * it is left. Code that had the entry made without waiting for it counts as
   * within it, too: where that matters, use
   * {@linkcode SimpleTransactionContext.run}.
   *
   * @returns The transaction, for `await using`.
   */
  async enter(): Promise<Transaction> {
    const turns = turnsOf(this.store);
    if (turns.inside) return new NestedTransaction();
    return await this.#begin(await turns.begin({ explicit: true }));
  }

  /** Begins: calls the store's `beginTransaction` if it has one. */
  protected async begin(): Promise<void> {
    await this.store.beginTransaction?.();
  }

  /** Commits: calls the store's `commitTransaction` if it has one. */
  protected async commit(): Promise<void> {
    await this.store.commitTransaction?.();
  }

  /** Rolls back: calls the store's `rollbackTransaction` if it has one. */
  protected async rollback(): Promise<void> {
    await this.store.rollbackTransaction?.();
  }

  async #begin(open: OpenTransaction): Promise<Transaction> {
    try {
      await this.begin();
    } catch (error) {
      open.end();
      throw error;
    }
    open.begun();
    const { store: source, notes } = this;
    source.eventManager.emit(new StoreTransactionStartEvent({ source, notes }));
    return new OutermostTransaction(open, this, {
      commit: () => this.commit(),
      rollback: () => this.rollback(),
    });
  }
}

/** The one transaction that is open, with the events it holds back. */
class OutermostTransaction implements Transaction {
  readonly #open: OpenTransaction;
  readonly #context: SimpleTransactionContext;
  readonly #actions: Record<"commit" | "rollback", () => Promise<void>>;
  readonly #held: StoreModificationEvent[] = [];
  #ended = false;

  readonly #hold = (event: StoreModificationEvent) => {
    this.#held.push(event);
    event.markAsHandled();
  };

  constructor(
    open: OpenTransaction,
    context: SimpleTransactionContext,
    actions: Record<"commit" | "rollback", () => Promise<void>>,
  ) {
    this.#open = open;
    this.#context = context;
    this.#actions = actions;
    const { store } = context;
    store.eventManager.connect(StoreModificationEvent, this.#hold, {
      filter: { source: store },
      priority: Infinity,
    });
  }

  async commit(): Promise<void> {
    this.#assertOpen("commit");
    await this.#actions.commit();
    this.#end("done");
  }

  async rollback(): Promise<void> {
    this.#assertOpen("roll back");
    try {
      await this.#actions.rollback();
    } finally {
      this.#end("failed");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.rollback();
  }

  #end(state: "done" | "failed"): void {
    this.#ended = true;
    const { store: source, notes } = this.#context;
    const { eventManager } = source;
    eventManager.disconnect(StoreModificationEvent, this.#hold);
    this.#open.end();
    eventManager.emit(new StoreTransactionEndEvent({ source, notes, state }));
    if (state === "failed") return;
    for (const event of this.#held) eventManager.emit(event);
  }

  #assertOpen(action: string): void {
    if (!this.#ended) return;
    throw new StoreError(
      "NOT_OUTERMOST",
      `Cannot ${action} a transaction that has already ended`,
    );
  }
}

/** An entry from within a transaction, whose end is up to the outermost one. */
class NestedTransaction implements Transaction {
  commit(): Promise<void> {
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    const error = new StoreError(
      "NOT_OUTERMOST",
      "Cannot roll back a part of a transaction: throw an error to roll back the whole of it",
    );
    return Promise.reject(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
