/**
 * Operations that run asynchronously and synchronously, and what wakes them.
 *
 * @module
 */
export * from "./effects.ts";
export * from "./wakeups.ts";
