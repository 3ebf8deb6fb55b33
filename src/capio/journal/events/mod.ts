/**
 * The events of a journal, their checks and their text.
 *
 * @module
 */
export * from "./event.ts";
export * from "./event_codec.ts";
export * from "./field_checks.ts";
