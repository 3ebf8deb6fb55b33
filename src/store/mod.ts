/**
 * Key-value stores with byte-stream values, metadata, transactions and events.
 *
 * @module
 */
export * from "./file_store.ts";
export * from "./memory_store.ts";
export * from "./sqlite_store.ts";
export type { JsonValue, Metadata } from "./metadata.ts";
export * from "./read_only_store.ts";
export * from "./store.ts";
export { KeyError, StoreError, type StoreErrorCode } from "./store_error.ts";
export * from "./store_events.ts";
export * from "./store_progress_manager.ts";
export * from "./transaction.ts";
export { type IterdataOptions, Value, type ValueInfo } from "./value.ts";
