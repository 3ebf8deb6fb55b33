/**
 * What all of CAPIO stands on: the functions of the runtime as they were before
 * any of them was replaced, operations that run asynchronously and
 * synchronously, locks, wake-ups, and paths below one directory.
 *
 * @module
 */
export * from "./errors/mod.ts";
export * from "./locks/mod.ts";
export * from "./paths/mod.ts";
export * from "./runtime/mod.ts";
export * from "./trust/mod.ts";
export * from "./waiting/mod.ts";
