/**
 * What agents send each other, as pure functions: messages of the journal, of
 * bytes, and the names under which they are sent.
 *
 * @module
 */
export * from "./byte_message.ts";
export * from "./journal_message.ts";
export * from "./names.ts";
