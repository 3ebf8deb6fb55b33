/**
 * What a call inside a context throws of its own.
 *
 * @module
 */
export * from "./capio_error.ts";
export * from "./disk_full.ts";
export * from "./never_created.ts";
