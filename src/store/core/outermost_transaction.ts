import { methodsErrAtCaller } from "../../internal/mod.ts";
import {
  StoreModificationEvent,
  StoreTransactionEndEvent,
} from "./store_events.ts";
import { StoreError } from "./store_error.ts";
import type { Transaction, TransactionalStore } from "./transaction.ts";
import type { OpenTransaction } from "./transaction_turns.ts";

/** The store of a transaction and the steps that end it. */
export interface OutermostTransactionInit {
  readonly store: TransactionalStore;
  readonly notes: string;
  /** The turn that the transaction has, which its end passes on. */
  readonly turn: OpenTransaction;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * The one transaction of a store that is open. It holds back the modification
 * events of the store: a commit emits them after the event of the end, a
 * rollback drops them.
 */
export class OutermostTransaction implements Transaction {
  readonly #init: OutermostTransactionInit;
  readonly #held: StoreModificationEvent[] = [];
  #ended = false;
  /** Whether `commit` has failed, which its caller was told. */
  #hasFailed = false;

  readonly #hold = (event: StoreModificationEvent) => {
    this.#held.push(event);
    event.markAsHandled();
  };

  constructor(init: OutermostTransactionInit) {
    this.#init = init;
    const { store } = init;
    store.eventManager.connect(StoreModificationEvent, this.#hold, {
      filter: { source: store },
      priority: Infinity,
    });
  }

  async commit(): Promise<void> {
    this.#assertOpen("commit");
    try {
      await this.#init.commit();
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
    this.#end("done");
  }

  async rollback(): Promise<void> {
    this.#assertOpen("roll back");
    try {
      await this.#init.rollback();
    } finally {
      this.#end("failed");
    }
  }

  /** Rolls back, unless it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    try {
      await this.rollback();
    } catch (error) {
      // It would hide the reason in a `SuppressedError`.
      if (!this.#hasFailed) throw error;
    }
  }

  #end(state: "done" | "failed"): void {
    this.#ended = true;
    const { store: source, notes, turn } = this.#init;
    const { eventManager } = source;
    eventManager.disconnect(StoreModificationEvent, this.#hold);
    turn.end();
    eventManager.emit(new StoreTransactionEndEvent({ source, notes, state }));
    if (state === "failed") return;
    for (const event of this.#held) eventManager.emit(event);
  }

  #assertOpen(action: string): void {
    if (!this.#ended) return;
    throw new StoreError(
      "NOT_OUTERMOST",
      `Cannot ${action} a transaction that has already ended: begin another one`,
    );
  }
}

methodsErrAtCaller(OutermostTransaction);
