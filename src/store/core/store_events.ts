import {
  BaseEvent,
  type BaseEventInit,
  type ExitState,
  ProgressEndEvent,
  type ProgressEventInit,
  ProgressStartEvent,
  ProgressStepEvent,
} from "../../events/mod.ts";
import type { Metadata } from "./metadata.ts";

/**
 * The base class of all events of a store, which is their `source`.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreEvent } from "@sluice/sluice/store";
 *
 * const store = new MemoryStore();
 * store.eventManager.connect(StoreEvent, (event) => console.log(event));
 * ```
 */
export class StoreEvent extends BaseEvent {}

/** The attributes of an event about one key of a store. */
export interface StoreKeyEventInit extends BaseEventInit {
  /** The key. */
  key: string;
  /** The metadata it has now or, of a deleted key, had last. */
  metadata: Metadata;
}

/** The base class of events about one key of a store. */
export class StoreKeyEvent extends StoreEvent {
  /** The key. */
  readonly key: string;
  /** The metadata it has now or, of a deleted key, had last. */
  readonly metadata: Metadata;

  /**
   * Makes an event of a key.
   *
   * @param init The store, the key and its metadata.
   */
  constructor(init: StoreKeyEventInit) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}

/**
 * A key was set, updated or deleted. A transaction holds these events back until
 * it has ended, and drops them if it was rolled back.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreModificationEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * const changes = store.eventManager.events(StoreModificationEvent);
 * await store.fromBytes("a", new Uint8Array(3));
 * for await (const { key } of changes) {
 *   console.log(key); // "a"
 *   break;
 * }
 * ```
 */
export class StoreModificationEvent extends StoreKeyEvent {}

/** A new key was set. */
export class StoreSetEvent extends StoreModificationEvent {}

/** The bytes or the metadata of a key were changed. */
export class StoreUpdateEvent extends StoreModificationEvent {}

/** A key was deleted with its value. */
export class StoreDeleteEvent extends StoreModificationEvent {}

/** The attributes of an event about a transaction. */
export interface StoreTransactionEventInit extends BaseEventInit {
  /** The purpose of the transaction, as passed to `transaction()`. */
  notes: string;
}

/** A transaction of the store has begun or ended. */
export class StoreTransactionEvent extends StoreEvent {
  /** The purpose of the transaction, as passed to `transaction()`. */
  readonly notes: string;

  /**
   * Makes an event of a transaction.
   *
   * @param init The store and the purpose of the transaction.
   */
  constructor(init: StoreTransactionEventInit) {
    super(init);
    this.notes = init.notes;
  }
}

/** A transaction has begun. */
export class StoreTransactionStartEvent extends StoreTransactionEvent {}

/** A transaction has ended; the events of its changes follow. */
export class StoreTransactionEndEvent extends StoreTransactionEvent {
  /** `done` if it was committed, `failed` if it was rolled back. */
  readonly state: "done" | "failed";

  /**
   * Makes the event of an end.
   *
   * @param init The store, the purpose and the end of the transaction.
   */
  constructor(init: StoreTransactionEventInit & { state: "done" | "failed" }) {
    super(init);
    this.state = init.state;
  }
}

/** The start of an operation on one key. */
export class StoreProgressStartEvent extends ProgressStartEvent {
  /** The key. */
  readonly key: string;
  /** The metadata that it has or gets. */
  readonly metadata: Metadata;

  /**
   * Makes the event of a start.
   *
   * @param init The operation and the key.
   */
  constructor(init: ProgressEventInit & StoreKeyEventInit & { steps: number }) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}

/** The progress of an operation on one key. */
export class StoreProgressStepEvent extends ProgressStepEvent {
  /** The key. */
  readonly key: string;
  /** The metadata that it has or gets. */
  readonly metadata: Metadata;

  /**
   * Makes the event of a step.
   *
   * @param init The operation, the key and the progress so far.
   */
  constructor(init: ProgressEventInit & StoreKeyEventInit & { step: number }) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}

/** The end of an operation on one key. */
export class StoreProgressEndEvent extends ProgressEndEvent {
  /** The key. */
  readonly key: string;
  /** The metadata that it has or should have got. */
  readonly metadata: Metadata;

  /**
   * Makes the event of an end.
   *
   * @param init The operation, the key and how it ended.
   */
  constructor(
    init: ProgressEventInit & StoreKeyEventInit & { exitState: ExitState },
  ) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}
