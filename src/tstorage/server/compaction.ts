import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { OrderedKey } from "./ordered_key.ts";

/** Records of a step, during which nobody else is served. */
const STEP_RECORDS = 2048;

const BEFORE_ALL_KEYS: OrderedKey = new Uint8Array(1);
const AFTER_ALL_KEYS: OrderedKey = new Uint8Array(33).fill(255);

const SCHEMA = `
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
// ?3 are the PUTs as of which somebody reads.
const DROP_UNREAD = `
  DELETE FROM replacements AS old WHERE ${RANGE} AND EXISTS (
    SELECT 1 FROM replacements AS newer
    WHERE newer.key = old.key AND newer.put > old.put AND NOT EXISTS (
      SELECT 1 FROM json_each(?3) WHERE value >= old.put AND value < newer.put
    )
  )
`;
const SETTLE = `
  UPDATE records SET payload = settled.payload FROM (
    SELECT key, payload FROM replacements WHERE ${RANGE} AND put <= ?3
  ) AS settled WHERE records.key = settled.key
`;
const DROP_SETTLED = `
  DELETE FROM replacements WHERE ${RANGE} AND put <= ?3
`;
const LEFT = `
  SELECT count(*) AS records, min(put) AS first FROM replacements WHERE ${RANGE}
`;

/**
 * Gives records the payloads that replace theirs, once nobody reads the old
 * ones any more.
 *
 * Whoever reads for long costs the space of what is replaced meanwhile, once
 * however often it is replaced.
 */
export class Settling {
  readonly #lastOfStep: StatementSync;
  readonly #dropUnread: StatementSync;
  readonly #settle: StatementSync;
  readonly #dropSettled: StatementSync;
  readonly #left: StatementSync;
  /** The first PUT that has replacements; `Infinity` if none has. */
  #first: number;
  /** The first PUT that brought replacements after a pass had begun. */
  #firstAdded = Infinity;
  #added = 0;
  #leftByPass = 0;

  /** Settles the records in an open database. */
  constructor(db: DatabaseSync) {
    db.exec(SCHEMA);
    this.#lastOfStep = db.prepare(LAST_OF_STEP);
    this.#dropUnread = db.prepare(DROP_UNREAD);
    this.#settle = db.prepare(SETTLE);
    this.#dropSettled = db.prepare(DROP_SETTLED);
    this.#left = db.prepare(LEFT);
    const { first } = this.#leftIn(BEFORE_ALL_KEYS, AFTER_ALL_KEYS);
    this.#first = first;
  }

  /** Notes the replacements of a PUT that is stored. */
  add(records: number, put: number): void {
    if (records === 0) return;
    this.#added += records;
    this.#first = Math.min(this.#first, put);
    this.#firstAdded = Math.min(this.#firstAdded, put);
  }

  /** Whether there are replacements that are seen as of a PUT. */
  concerns(put: number): boolean {
    return put >= this.#first;
  }

  /**
   * Whether a pass would settle something, or half of the replacements came
   * after the last one, so that many may be out of date.
   *
   * @param reads The PUTs as of which somebody reads, the last one among them.
   */
  isDue(reads: readonly number[]): boolean {
    return this.concerns(Math.min(...reads)) || this.#added > this.#leftByPass;
  }

  /** Settles what can be, a step at a time, each to be one transaction. */
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
    this.#settle.run(from, to, oldest);
    this.#dropSettled.run(from, to, oldest);
  }

  #leftIn(from: OrderedKey, to: OrderedKey) {
    const { records, first } = this.#left.get(from, to) as {
      records: number;
      first: number | null;
    };
    return { records, first: first ?? Infinity };
  }
}
