import type { DatabaseSync, StatementSync } from "node:sqlite";
import { WHOLE_KEY } from "../data/mod.ts";
import type { OrderedKey } from "./ordered_key.ts";

/** Records of a step, during which no other session is served. */
const STEP_RECORDS = 2048;

const BEFORE_ALL_KEYS: OrderedKey = new Uint8Array(1);
const AFTER_ALL_KEYS: OrderedKey = new Uint8Array(WHOLE_KEY.size + 1).fill(255);

/** What the compaction needs besides the tables of the records. */
export const COMPACTION_SCHEMA = `
  CREATE TRIGGER IF NOT EXISTS drop_replacement AFTER DELETE ON replacements
  WHEN typeof(old.payload) = 'integer' AND NOT EXISTS (
    SELECT 1 FROM records WHERE key = old.key AND payload = old.payload
  ) BEGIN
    DELETE FROM large WHERE id = old.payload;
  END;
`;

const RANGE = "key > ?1 AND key <= ?2";

const LAST_OF_STEP = `
  SELECT key FROM replacements WHERE key > ?
  ORDER BY key LIMIT 1 OFFSET ${STEP_RECORDS}
`;
// ?3 are the PUTs as of which GETs read.
const DROP_UNREAD = `
  DELETE FROM replacements AS old WHERE ${RANGE} AND EXISTS (
    SELECT 1 FROM replacements AS newer
    WHERE newer.key = old.key AND newer.put > old.put AND NOT EXISTS (
      SELECT 1 FROM json_each(?3) WHERE value >= old.put AND value < newer.put
    )
  )
`;
const MERGE = `
  UPDATE records SET payload = merged.payload FROM (
    SELECT key, payload FROM replacements WHERE ${RANGE} AND put <= ?3
  ) AS merged WHERE records.key = merged.key
`;
const DROP_MERGED = `
  DELETE FROM replacements WHERE ${RANGE} AND put <= ?3
`;
const LEFT = `
  SELECT count(*) AS records, min(put) AS first FROM replacements WHERE ${RANGE}
`;

/**
 * Moves the payloads that replace others into their records, once no GET reads
 * the old ones any more.
 *
 * A long-running GET keeps one old copy of each record replaced while it runs.
 */
export class Compaction {
  readonly #lastOfStep: StatementSync;
  readonly #dropUnread: StatementSync;
  readonly #merge: StatementSync;
  readonly #dropMerged: StatementSync;
  readonly #left: StatementSync;
  /** The first PUT that has replacements; `Infinity` if none has. */
  #first: number;
  /** The first PUT with replacements since a pass began. */
  #firstAdded = Infinity;
  #added = 0;
  #leftByPass = 0;

  /** Compacts the records in an open database. */
  constructor(db: DatabaseSync) {
    this.#lastOfStep = db.prepare(LAST_OF_STEP);
    this.#dropUnread = db.prepare(DROP_UNREAD);
    this.#merge = db.prepare(MERGE);
    this.#dropMerged = db.prepare(DROP_MERGED);
    this.#left = db.prepare(LEFT);
    const { first } = this.#leftIn(BEFORE_ALL_KEYS, AFTER_ALL_KEYS);
    this.#first = first;
  }

  /** Counts the replacements of a PUT that is stored. */
  add(records: number, put: number): void {
    if (records === 0) return;
    this.#added += records;
    this.#first = Math.min(this.#first, put);
    this.#firstAdded = Math.min(this.#firstAdded, put);
  }

  /** Whether a GET as of this PUT may see replacements. */
  affects(put: number): boolean {
    return put >= this.#first;
  }

  /**
   * Whether a pass would merge something, or half of the replacements came
   * after the last one, so that many may be out of date.
   *
   * @param reads The PUTs as of which GETs read, including the last one.
   */
  isDue(reads: readonly number[]): boolean {
    return this.affects(Math.min(...reads)) || this.#added > this.#leftByPass;
  }

  /** Merges what can be, in steps, each of which is to be one transaction. */
  *pass(reads: () => readonly number[]): Generator<void, void> {
    this.#firstAdded = Infinity;
    this.#added = 0;
    let first = Infinity;
    let records = 0;
    let from = BEFORE_ALL_KEYS;
    while (from !== AFTER_ALL_KEYS) {
      const last = this.#lastOfStep.get(from) as
        | { key: OrderedKey }
        | undefined;
      const to = last?.key ?? AFTER_ALL_KEYS;
      this.#step(from, to, reads());
      const left = this.#leftIn(from, to);
      first = Math.min(first, left.first);
      records += left.records;
      from = to;
      yield;
    }
    this.#first = Math.min(first, this.#firstAdded);
    this.#leftByPass = records;
  }

  #step(from: OrderedKey, to: OrderedKey, reads: readonly number[]): void {
    const oldest = Math.min(...reads);
    this.#dropUnread.run(from, to, JSON.stringify(reads));
    this.#merge.run(from, to, oldest);
    this.#dropMerged.run(from, to, oldest);
  }

  #leftIn(from: OrderedKey, to: OrderedKey) {
    const { records, first } = this.#left.get(from, to) as {
      records: number;
      first: number | null;
    };
    return { records, first: first ?? Infinity };
  }
}
