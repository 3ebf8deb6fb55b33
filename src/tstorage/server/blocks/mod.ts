/**
 * Records in blocks: sorted columns, the codec of a block, and how several are
 * joined. Pure functions and buffers, which know no database.
 *
 * @module
 */
export {
  BlockEncoder,
  decodeBlock,
  MOST_BYTES,
  MOST_RECORDS,
} from "./block_codec.ts";
export {
  bytesOf,
  type KeyWords,
  WORDS,
  wordsAfter,
  wordsOf,
} from "./key_words.ts";
export {
  cursorOf,
  MergedRecords,
  type RecordCursor,
  type ReplacedSink,
  type Stretch,
} from "./merged_records.ts";
export {
  copy,
  inlineBytes,
  LARGE_PAYLOAD,
  RecordColumns,
} from "./record_columns.ts";
