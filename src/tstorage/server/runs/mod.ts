/**
 * Runs of blocks in SQLite: where they are, how a range of keys is read from
 * several of them, and how they are merged.
 *
 * @module
 */
export { BLOCK_SCHEMA, BlockTable } from "./block_table.ts";
export { nextMerge } from "./compaction.ts";
export { KeyBox } from "./key_box.ts";
export { isAtMaximum, writeOrderedKey } from "./ordered_key.ts";
export { RecordReader } from "./record_reader.ts";
export { type Merge, mergeStep } from "./run_merge.ts";
