/**
 * The journal of a workflow: the events that its members append, and the state
 * that every process folds from them.
 *
 * @module
 */
export * from "./events/mod.ts";
export * from "./fold/mod.ts";
export * from "./follower.ts";
export {
  createJournal,
  JournalWriter,
  MOST_LINE_BYTES,
  type NewJournal,
} from "./journal.ts";
export type { CheckedBy, JournalFormat } from "./journal_format.ts";
export * from "./journal_reader.ts";
export * from "./state/mod.ts";
