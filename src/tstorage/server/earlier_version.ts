import type { DatabaseSync } from "node:sqlite";
import {
  LARGE_PAYLOAD,
  MOST_BYTES,
  MOST_RECORDS,
  RecordColumns,
  WORDS,
  wordsOf,
} from "./blocks/mod.ts";
import type { BlockTable } from "./runs/mod.ts";

/** The tables of version 0.2, which had a row for each record. */
export const EARLIER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    key BLOB PRIMARY KEY, put INTEGER NOT NULL, payload BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS replace_large AFTER UPDATE ON records
  WHEN typeof(old.payload) = 'integer' BEGIN
    DELETE FROM large WHERE id = old.payload;
  END;
  CREATE TABLE IF NOT EXISTS replacements (
    key BLOB, put INTEGER, payload BLOB NOT NULL, PRIMARY KEY (key, put)
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS replace_large_again AFTER UPDATE ON replacements
  WHEN typeof(old.payload) = 'integer' BEGIN
    DELETE FROM large WHERE id = old.payload;
  END;
  CREATE TRIGGER IF NOT EXISTS drop_replacement AFTER DELETE ON replacements
  WHEN typeof(old.payload) = 'integer' AND NOT EXISTS (
    SELECT 1 FROM records WHERE key = old.key AND payload = old.payload
  ) BEGIN
    DELETE FROM large WHERE id = old.payload;
  END;
`;

// Its triggers remove the large payloads that are replaced.
const MERGE = `
  DELETE FROM replacements AS old WHERE EXISTS (
    SELECT 1 FROM replacements AS newer
    WHERE newer.key = old.key AND newer.put > old.put
  );
  UPDATE records SET payload = newer.payload
  FROM replacements AS newer WHERE records.key = newer.key;
  DELETE FROM replacements;
`;
const RECORDS = `
  SELECT key, records.payload AS payload, length(large.payload) AS largeSize
  FROM records LEFT JOIN large
    ON typeof(records.payload) = 'integer' AND id = records.payload
  ORDER BY key
`;

interface Row {
  readonly key: Uint8Array;
  /** The payload, or the number of a large one. */
  readonly payload: Uint8Array | number;
  readonly largeSize: number | null;
}

/** Whether a database has the tables of version 0.2. */
export function isEarlier(db: DatabaseSync): boolean {
  const tables = db.prepare(
    "SELECT 1 FROM sqlite_schema WHERE name = 'records'",
  );
  return tables.get() !== undefined;
}

/**
 * Moves the records of version 0.2 into blocks, all or none: within a
 * transaction of the caller.
 *
 * @param put The number of the last PUT.
 */
export function convertEarlier(
  db: DatabaseSync,
  table: BlockTable,
  put: number,
): void {
  db.exec(MERGE);
  const run = table.nextRun;
  const block = new RecordColumns();
  const finish = () => {
    if (block.count > 0) table.insert(run, put, block, 0, block.count);
    block.clear();
  };
  for (const row of db.prepare(RECORDS).iterate()) {
    addRow(block, row as unknown as Row);
    if (block.count === MOST_RECORDS || block.bytes >= MOST_BYTES) finish();
  }
  finish();
  db.exec("DROP TABLE records; DROP TABLE replacements");
}

function addRow(block: RecordColumns, { key, payload, largeSize }: Row): void {
  const { count } = block;
  block.reserve(count + 1, block.bytes + LARGE_PAYLOAD);
  const words = wordsOf(key);
  for (let word = 0; word < WORDS; word++) {
    block.words[word][count] = words[word];
  }
  if (typeof payload === "number") block.addLarge(payload, largeSize ?? 0);
  else block.addPayload(payload, 0, payload.length);
}
