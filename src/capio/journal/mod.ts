/**
 * The journal of a workflow: the events that its members append, and the state
 * that every process folds from them.
 *
 * @module
 */
export * from "./completion.ts";
export * from "./deadlock.ts";
export * from "./event.ts";
export * from "./event_codec.ts";
export * from "./fold.ts";
export * from "./follower.ts";
export * from "./journal.ts";
export * from "./journal_format.ts";
export { isBeingMoved } from "./names.ts";
export * from "./order.ts";
export * from "./readers.ts";
export * from "./sized_readings.ts";
export * from "./state.ts";
