/**
 * Key-value stores with byte-stream values, metadata, transactions and events.
 *
 * Every backend has the same methods: {@linkcode MemoryStore},
 * {@linkcode FileStore} and {@linkcode SqliteStore} can be written, a
 * {@linkcode UrlStore} reads the files of a web server, a {@linkcode NatsStore}
 * is shared by machines, a {@linkcode JoinedStore} or
 * a {@linkcode MountedStore} makes one store of several.
 *
 * ```ts
 * import { FileStore } from "@sluice/sluice/store";
 *
 * await using store = await new FileStore("results").connect();
 * using file = await Deno.open("flights.csv");
 * await store.set("flights", { data: file, metadata: { year: 2024 } });
 *
 * for await (const [key, { year }] of store.query({ year: 2024 })) {
 *   console.log(key, year);
 * }
 * const firstBytes = await store.getDataRange("flights", 0, 1_000);
 * await firstBytes.pipeTo(Deno.stdout.writable);
 * ```
 *
 * Source of the semantics: `encore.storage`.
 *
 * @module
 */
export {
  type Change,
  type Changed,
  changedMetadata,
  Connectable,
  DummyTransactionContext,
  type IterdataOptions,
  type JsonValue,
  KeyError,
  type Keys,
  type MaybePromise,
  type Metadata,
  ReadOnlyStore,
  type Selected,
  type SetOptions,
  type Several,
  SimpleTransactionContext,
  Store,
  StoreDeleteEvent,
  StoreError,
  type StoreErrorCode,
  StoreEvent,
  StoreKeyEvent,
  type StoreKeyEventInit,
  StoreModificationEvent,
  type StoreOptions,
  StoreProgressEndEvent,
  StoreProgressManager,
  type StoreProgressManagerOptions,
  StoreProgressStartEvent,
  StoreProgressStepEvent,
  StoreSetEvent,
  StoreTransactionEndEvent,
  StoreTransactionEvent,
  type StoreTransactionEventInit,
  StoreTransactionStartEvent,
  StoreUpdateEvent,
  type Transaction,
  type TransactionalStore,
  type TransactionContext,
  Value,
  type ValueInfo,
  type ValueInit,
  type ValueSource,
  type WaitOptions,
} from "./core/mod.ts";
export * from "./file/mod.ts";
export * from "./layered/mod.ts";
export * from "./memory/mod.ts";
export * from "./nats/mod.ts";
export * from "./open_store.ts";
export * from "./sqlite/mod.ts";
export * from "./url/mod.ts";
