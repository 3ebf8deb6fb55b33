/**
 * The journal of a workflow: the events that its members append, and the state
 * that every process folds from them.
 *
 * @module
 */
export * from "./events/mod.ts";
export * from "./fold/mod.ts";
export * from "./follower.ts";
export * from "./journal.ts";
export * from "./journal_format.ts";
export * from "./state/mod.ts";
