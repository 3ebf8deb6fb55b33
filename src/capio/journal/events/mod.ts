/**
 * The events of a journal, their checks and their text.
 *
 * @module
 */
export * from "./event.ts";
export * from "./event_codec.ts";
export * from "./field_checks.ts";
export * from "./machine_event.ts";
export type { Via } from "./stamp.ts";
