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
 * Something that happened to a store, which is the event's `source`.
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

/** What an event about one key of a store is made from. */
export interface StoreKeyEventInit extends BaseEventInit {
  /** The key. */
  key: string;
  /** Its metadata: as it now is, or, of a deleted key, as it last was. */
  metadata: Metadata;
}

/** Something that happened to one key of a store. */
export class StoreKeyEvent extends StoreEvent {
  /** The key. */
  readonly key: string;
  /** Its metadata: as it now is, or, of a deleted key, as it last was. */
  readonly metadata: Metadata;

  /**
   * Makes an event of a key.
   *
   * @param init Which key of which store.
   */
  constructor(init: StoreKeyEventInit) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}

/**
 * A key was set, updated or deleted. In a transaction these events are held
 * back until it has ended, and dropped if it was rolled back.
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

/** A key has its first value. */
export class StoreSetEvent extends StoreModificationEvent {}

/** A key that had a value has another one, or other metadata. */
export class StoreUpdateEvent extends StoreModificationEvent {}

/** A key and its value are gone. */
export class StoreDeleteEvent extends StoreModificationEvent {}

/** What an event about a transaction is made from. */
export interface StoreTransactionEventInit extends BaseEventInit {
  /** What the transaction is for, as it was told to `transaction()`. */
  notes: string;
}

/** A transaction of the store has begun or ended. */
export class StoreTransactionEvent extends StoreEvent {
  /** What the transaction is for, as it was told to `transaction()`. */
  readonly notes: string;

  /**
   * Makes an event of a transaction.
   *
   * @param init Which transaction of which store.
   */
  constructor(init: StoreTransactionEventInit) {
    super(init);
    this.notes = init.notes;
  }
}

/** A transaction has begun. */
export class StoreTransactionStartEvent extends StoreTransactionEvent {}

/** A transaction has ended; what it changed is told after this event. */
export class StoreTransactionEndEvent extends StoreTransactionEvent {
  /** `done` if it was committed, `failed` if it was rolled back. */
  readonly state: "done" | "failed";

  /**
   * Makes the event of an end.
   *
   * @param init Which transaction, and how it ended.
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
  /** The metadata it has, or is being given. */
  readonly metadata: Metadata;

  /**
   * Makes the event of a start.
   *
   * @param init Which operation on which key.
   */
  constructor(init: ProgressEventInit & StoreKeyEventInit & { steps: number }) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}

/** An operation on one key has come further. */
export class StoreProgressStepEvent extends ProgressStepEvent {
  /** The key. */
  readonly key: string;
  /** The metadata it has, or is being given. */
  readonly metadata: Metadata;

  /**
   * Makes the event of a step.
   *
   * @param init Which operation on which key, and how far.
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
  /** The metadata it has, or was to be given. */
  readonly metadata: Metadata;

  /**
   * Makes the event of an end.
   *
   * @param init Which operation on which key, and how it ended.
   */
  constructor(
    init: ProgressEventInit & StoreKeyEventInit & { exitState: ExitState },
  ) {
    super(init);
    this.key = init.key;
    this.metadata = init.metadata;
  }
}
