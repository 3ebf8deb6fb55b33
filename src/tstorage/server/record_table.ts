import type { DatabaseSync, StatementSync } from "node:sqlite";
import { WHOLE_KEY } from "../data/mod.ts";
import type { OrderedKey } from "./ordered_key.ts";
import type { StagedPart } from "./staged_put.ts";

/** Some records in key order. */
export interface RecordPage {
  /** Ordered keys, each followed by its payload unless that is large. */
  readonly bytes: Uint8Array;
  /** Bytes of each record's payload. */
  readonly sizes: readonly number[];
  /** The key of the last record; empty if there is no record. */
  readonly lastKey: OrderedKey;
}

const KEY_BYTES = WHOLE_KEY.size;

/** Payloads above this are stored separately, and read one at a time. */
export const LARGE_PAYLOAD = 4096;

// SQLite reads the whole row of a key to compare it with another, so a large
// payload is stored separately: its record has its number in "large" instead.
/** The tables of the records, if they are not there yet. */
export const RECORD_SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    key BLOB PRIMARY KEY, put INTEGER NOT NULL, payload BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS large (id INTEGER PRIMARY KEY, payload BLOB NOT NULL);
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
`;

// One statement inserts a whole part, several times as fast as a call for each
// record. A number of ?2 is the offset of a record times 2^26 plus the bytes of
// its payload, which are at most 2^25.
const PART_KEY = `substr(?1, (value >> 26) + 1, ${KEY_BYTES})`;
const PART_PAYLOAD = `iif(value & 0x3ffffff > ${LARGE_PAYLOAD},
  CAST(?4 + key AS INTEGER), substr(?1, (value >> 26) + ${
  KEY_BYTES + 1
}, value & 0x3ffffff))`;
const INSERT = `
  INSERT INTO records SELECT ${PART_KEY}, ?3, ${PART_PAYLOAD}
  FROM json_each(?2) WHERE true ORDER BY 1, id
  ON CONFLICT (key) DO UPDATE SET payload = excluded.payload WHERE put = ?3
`;

// The new payloads of records that earlier PUTs have stored are kept beside the
// old ones, which a GET may be reading, until compaction.
const REPLACE = `
  INSERT INTO replacements SELECT ${PART_KEY}, ?3, ${PART_PAYLOAD}
  FROM json_each(?2) WHERE EXISTS (
    SELECT 1 FROM records WHERE records.key = ${PART_KEY} AND put < ?3
  ) ORDER BY 1, id
  ON CONFLICT (key, put) DO UPDATE SET payload = excluded.payload
`;

/** The payload of a record as of a PUT. */
const payloadAsOf = (put: string) => `
  coalesce((
    SELECT payload FROM replacements AS newer
    WHERE newer.key = records.key AND newer.put <= ${put}
    ORDER BY newer.put DESC LIMIT 1
  ), records.payload)
`;

const FOUND = "key >= ?1 AND put <= ?2 ORDER BY key LIMIT ?3";

const page = (records: string) => `
  SELECT CAST(group_concat(key || small, '') AS BLOB) AS bytes,
    group_concat(size) AS sizes, max(key) AS lastKey
  FROM (
    SELECT key,
      coalesce(length(large.payload), length(found.payload)) AS size,
      iif(id IS NULL, found.payload, x'') AS small
    FROM ${records} AS found LEFT JOIN large ON id = found.payload
    WHERE ${FOUND}
  )
`;
const PAGE = page("records");
const PAGE_AS_OF = page(`(
  SELECT key, put, ${payloadAsOf("?2")} AS payload FROM records WHERE ${FOUND}
)`);

const LARGE = `
  SELECT payload FROM large WHERE id = (
    SELECT ${payloadAsOf("?2")} FROM records WHERE key = ?1
  )
`;

/** The records in a database, including those of PUTs under way. */
export class RecordTable {
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #insertLarge: StatementSync;
  readonly #nextLarge: StatementSync;
  readonly #page: StatementSync;
  readonly #pageAsOf: StatementSync;
  readonly #large: StatementSync;

  /** The records in an open database. */
  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(INSERT);
    this.#replace = db.prepare(REPLACE);
    this.#insertLarge = db.prepare("INSERT INTO large VALUES (?, ?)");
    this.#nextLarge = db.prepare(
      "SELECT coalesce(max(id), 0) + 1 AS next FROM large",
    );
    this.#page = db.prepare(PAGE);
    this.#pageAsOf = db.prepare(PAGE_AS_OF);
    this.#large = db.prepare(LARGE);
  }

  /**
   * Adds the records of a part to the PUT with the given number.
   *
   * @returns How many of them replace records of earlier PUTs.
   */
  insert({ bytes, ends }: StagedPart, put: number): number {
    const { next } = this.#nextLarge.get() as { next: number };
    let start = 0;
    const numbers = ends.map((end, i) => {
      const size = end - start - KEY_BYTES;
      const number = start * 2 ** 26 + size;
      if (size > LARGE_PAYLOAD) {
        // A call of its own saves a copy.
        this.#insertLarge.run(next + i, bytes.subarray(end - size, end));
      }
      start = end;
      return number;
    });
    const starts = JSON.stringify(numbers);
    const { changes } = this.#insert.run(bytes, starts, put, next);
    if (changes === ends.length) return 0;
    return Number(this.#replace.run(bytes, starts, put, next).changes);
  }

  /**
   * Up to `limit` records from a key on, as of the PUT with the given number.
   *
   * @param replaced Whether the page may have payloads that replace others.
   */
  page(
    from: OrderedKey,
    put: number,
    limit: number,
    replaced: boolean,
  ): RecordPage {
    const page = replaced ? this.#pageAsOf : this.#page;
    const { bytes, sizes, lastKey } = page.get(from, put, limit) as {
      bytes: Uint8Array | null;
      sizes: string | null;
      lastKey: OrderedKey | null;
    };
    return {
      bytes: bytes ?? new Uint8Array(),
      sizes: sizes?.split(",").map(Number) ?? [],
      lastKey: lastKey ?? new Uint8Array(),
    };
  }

  /** The large payload that a record has as of the PUT with the given number. */
  largePayload(key: OrderedKey, put: number): Uint8Array {
    const { payload } = this.#large.get(key, put) as { payload: Uint8Array };
    return payload;
  }
}
