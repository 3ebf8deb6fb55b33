/**
 * The parts that every store is made of: {@linkcode Store} and
 * {@linkcode ReadOnlyStore}, which a backend extends, {@linkcode Value},
 * metadata, changes, transactions, events, errors, and turns for what a process
 * may have only so many of.
 *
 * Backends import from here. `../mod.ts` says which of it is public.
 *
 * @module
 */
export { cancellable } from "./cancellable.ts";
export * from "./change.ts";
export * from "./connectable.ts";
export * from "./dummy_transaction_context.ts";
export { quoted } from "./key.ts";
export * from "./maybe_promise.ts";
export {
  copyMetadata,
  type JsonValue,
  type Metadata,
  type Selected,
} from "./metadata.ts";
export * from "./read_only_store.ts";
export * from "./simple_transaction_context.ts";
export * from "./slots.ts";
export * from "./store.ts";
export * from "./store_by_size.ts";
export * from "./store_error.ts";
export * from "./store_events.ts";
export * from "./store_progress_manager.ts";
export * from "./stored_fields.ts";
export * from "./transaction.ts";
export * from "./value.ts";
export type { ValueInit, ValueSource } from "./value_init.ts";
export * from "./wait_options.ts";
