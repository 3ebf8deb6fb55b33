/**
 * A store in the memory of the process.
 *
 * @module
 */
export * from "./memory_store.ts";
