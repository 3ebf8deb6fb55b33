/**
 * Key-value stores with byte-stream values, metadata, transactions and events.
 *
 * Every backend has the same methods: {@linkcode MemoryStore},
 * {@linkcode FileStore} and {@linkcode SqliteStore} can be written, a
 * {@linkcode UrlStore} reads what a web server has, a {@linkcode JoinedStore} or
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
export * from "./core/change.ts";
export * from "./file/file_store.ts";
export * from "./layered/joined_store.ts";
export { type Layer, LayeredStore } from "./layered/layered_store.ts";
export * from "./memory/memory_store.ts";
export type { JsonValue, Metadata } from "./core/metadata.ts";
export * from "./layered/mounted_store.ts";
export * from "./open_store.ts";
export * from "./core/read_only_store.ts";
export * from "./sqlite/sqlite_store.ts";
export * from "./core/store.ts";
export {
  KeyError,
  StoreError,
  type StoreErrorCode,
} from "./core/store_error.ts";
export * from "./core/store_events.ts";
export * from "./core/store_progress_manager.ts";
export * from "./core/simple_transaction_context.ts";
export * from "./url/url_store.ts";
export { type IterdataOptions, Value, type ValueInfo } from "./core/value.ts";
export type { ValueInit } from "./core/value_init.ts";
