/**
 * CAPIO: files that can be read while they are still being written.
 *
 * @module
 */
export * from "./cl/mod.ts";
export * from "./error.ts";
