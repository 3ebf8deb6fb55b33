/**
 * Locks between processes, and who holds them.
 *
 * @module
 */
export * from "./lock.ts";
export * from "./lock_holder.ts";
