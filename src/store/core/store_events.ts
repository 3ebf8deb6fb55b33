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

/**
 * The base class of events about one key of a store.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreKeyEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreKeyEvent, ({ key }) => console.log(key));
 * await store.set("a", "text"); // a
 * ```
 */
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

/**
 * A new key was set.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreSetEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreSetEvent, ({ key }) => {
 *   console.log(`new: ${key}`);
 * });
 * await store.set("a", "text"); // new: a
 * ```
 */
export class StoreSetEvent extends StoreModificationEvent {}

/**
 * The bytes or the metadata of a key were changed.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreUpdateEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreUpdateEvent, ({ key }) => {
 *   console.log(`changed: ${key}`);
 * });
 * await store.set("a", "text");
 * await store.set("a", "another"); // changed: a
 * ```
 */
export class StoreUpdateEvent extends StoreModificationEvent {}

/**
 * A key was deleted with its value.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreDeleteEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreDeleteEvent, ({ key, metadata }) => {
 *   console.log(`deleted: ${key}`, metadata);
 * });
 * await store.set("a", "text");
 * await store.delete("a"); // deleted: a {}
 * ```
 */
export class StoreDeleteEvent extends StoreModificationEvent {}

/** The attributes of an event about a transaction. */
export interface StoreTransactionEventInit extends BaseEventInit {
  /** The purpose of the transaction, as passed to `transaction()`. */
  notes: string;
}

/**
 * A transaction of the store has begun or ended.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreTransactionEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreTransactionEvent, ({ notes }) => {
 *   console.log(notes);
 * });
 * await store.transaction("copy").run(() => {}); // copy, twice
 * ```
 */
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

/**
 * A transaction has begun.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreTransactionStartEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreTransactionStartEvent, ({ notes }) => {
 *   console.log(`begins: ${notes}`);
 * });
 * await store.transaction("copy").run(() => {}); // begins: copy
 * ```
 */
export class StoreTransactionStartEvent extends StoreTransactionEvent {}

/**
 * A transaction has ended; the events of its changes follow.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreTransactionEndEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreTransactionEndEvent, ({ notes, state }) => {
 *   console.log(`${notes}: ${state}`);
 * });
 * await store.transaction("copy").run(() => {}); // copy: done
 * ```
 */
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

/**
 * The start of an operation on one key.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreProgressStartEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreProgressStartEvent, ({ key, steps }) => {
 *   console.log(`${key}: ${steps} bytes to come`);
 * });
 * const data = new Blob(["text"]);
 * await store.set("a", { data, size: data.size }); // a: 4 bytes to come
 * ```
 */
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

/**
 * The progress of an operation on one key.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreProgressStepEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreProgressStepEvent, ({ key, step }) => {
 *   console.log(`${key}: ${step} bytes`);
 * });
 * await store.set("a", { data: new Blob(["text"]) }); // a: 4 bytes, twice
 * ```
 */
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

/**
 * The end of an operation on one key.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore, StoreProgressEndEvent } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * store.eventManager.connect(StoreProgressEndEvent, ({ key, exitState }) => {
 *   console.log(`${key}: ${exitState}`);
 * });
 * await store.set("a", { data: new Blob(["text"]) }); // a: normal
 * ```
 */
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
