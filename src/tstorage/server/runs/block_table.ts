import { Buffer } from "node:buffer";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { viewOf, WHOLE_KEY } from "../../data/mod.ts";
import {
  BlockEncoder,
  bytesOf,
  decodeBlock,
  type RecordColumns,
} from "../blocks/mod.ts";
import type { CapRange } from "./key_box.ts";
import type { OrderedKey } from "./ordered_key.ts";

// A block is found by its first key, which stands apart from its bytes: SQLite
// reads the whole row of a key to compare it with another.
/** The tables of the records, if they are not there yet. */
export const BLOCK_SCHEMA = `
  CREATE TABLE IF NOT EXISTS ranges (
    run INTEGER, first BLOB, last BLOB NOT NULL, minCap BLOB NOT NULL,
    maxCap BLOB NOT NULL, put INTEGER NOT NULL, records INTEGER NOT NULL,
    bytes INTEGER NOT NULL, block INTEGER NOT NULL,
    PRIMARY KEY (run, first)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blocks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS large (id INTEGER PRIMARY KEY, payload BLOB NOT NULL);
  CREATE TRIGGER IF NOT EXISTS drop_block AFTER DELETE ON ranges BEGIN
    DELETE FROM blocks WHERE id = old.block;
  END;
`;

/** Blocks that follow one another without a common key. */
export interface Run extends CapRange {
  /** Runs with a higher number have later records. */
  readonly id: number;
  /** The last PUT of which there are records in it. */
  readonly put: number;
  /** Records that are in it. */
  readonly records: number;
  /** Bytes of its blocks. */
  readonly bytes: number;
}

/** Where a block is. */
export interface BlockPlace extends CapRange {
  readonly run: number;
  readonly first: OrderedKey;
  readonly last: OrderedKey;
  readonly put: number;
  readonly records: number;
  readonly bytes: number;
  readonly block: number;
}

/** The higher word of `cap`. */
const CAP_WORD = WHOLE_KEY.at.cap / 4;

const PLACE = "run, first, last, minCap, maxCap, put, records, bytes, block";

/** Sorts before every key. */
const BEFORE_ALL_KEYS: OrderedKey = new Uint8Array();

/** The blocks of records in a database, including those of PUTs under way. */
export class BlockTable {
  readonly #encoder = new BlockEncoder();
  readonly #upTo: StatementSync;
  readonly #after: StatementSync;
  readonly #data: StatementSync;
  readonly #insertData: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #insertLarge: StatementSync;
  readonly #large: StatementSync;
  readonly #dropLarge: StatementSync;
  #runs: ReadonlyMap<number, Run>;
  #version = 0;

  /** The blocks in an open database. */
  constructor(db: DatabaseSync) {
    this.#upTo = db.prepare(`SELECT ${PLACE} FROM ranges
      WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1`);
    this.#after = db.prepare(`SELECT ${PLACE} FROM ranges
      WHERE run = ? AND first > ? ORDER BY first LIMIT 1`);
    this.#data = db.prepare("SELECT data FROM blocks WHERE id = ?");
    this.#insertData = db.prepare("INSERT INTO blocks VALUES (NULL, ?)");
    this.#insert = db.prepare(
      "INSERT INTO ranges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM ranges WHERE run = ? AND first = ?");
    this.#insertLarge = db.prepare("INSERT INTO large VALUES (NULL, ?)");
    this.#large = db.prepare("SELECT payload FROM large WHERE id = ?");
    this.#dropLarge = db.prepare("DELETE FROM large WHERE id = ?");
    this.#runs = readRuns(db);
  }

  /** The runs, the oldest first. */
  get runs(): readonly Run[] {
    return [...this.#runs.values()].sort((one, other) => one.id - other.id);
  }

  /** Changes when a place that was found may not be right any more. */
  get version(): number {
    return this.#version;
  }

  /** The number of a run that comes after all others. */
  get nextRun(): number {
    return Math.max(0, ...this.#runs.keys()) + 1;
  }

  /** Returns what makes good the changes from now on, once SQLite has. */
  savepoint(): () => void {
    const runs = this.#runs;
    return () => {
      this.#runs = runs;
      this.#version++;
    };
  }

  /** The block of a run with the highest first key that is `key` or below. */
  upTo(run: number, key: OrderedKey): BlockPlace | undefined {
    return this.#upTo.get(run, key) as BlockPlace | undefined;
  }

  /** The block of a run with the lowest first key above `key`, of all keys. */
  after(
    run: number,
    key: OrderedKey = BEFORE_ALL_KEYS,
  ): BlockPlace | undefined {
    return this.#after.get(run, key) as BlockPlace | undefined;
  }

  /** The first block of a run that has a key from `key` on. */
  find(run: number, key: OrderedKey): BlockPlace | undefined {
    const place = this.upTo(run, key);
    if (place && Buffer.compare(place.last, key) >= 0) return place;
    return this.after(run, key);
  }

  /** Reads the records of a block. */
  read({ block }: BlockPlace, into: RecordColumns): void {
    const { data } = this.#data.get(block) as { data: Uint8Array };
    decodeBlock(data, into);
  }

  /** Adds some records to a run as a block. */
  insert(
    run: number,
    put: number,
    records: RecordColumns,
    from: number,
    to: number,
  ): void {
    const data = this.#encoder.encode(records, from, to);
    const { lastInsertRowid } = this.#insertData.run(data);
    const first = bytesOf(records.key(from));
    const last = bytesOf(records.key(to - 1));
    const count = to - from;
    const caps = capRange(records, from, to);
    this.#insert.run(
      run,
      first,
      last,
      caps.minCap,
      caps.maxCap,
      put,
      count,
      data.length,
      lastInsertRowid,
    );
    this.#count(run, put, count, data.length, caps);
  }

  /** Removes a block from its run. */
  remove(place: BlockPlace): void {
    const { run, first, put, records, bytes } = place;
    this.#remove.run(run, first);
    this.#count(run, put, -records, -bytes, place);
    this.#version++;
  }

  /** Stores a large payload and returns its number. */
  insertLarge(payload: Uint8Array): number {
    return Number(this.#insertLarge.run(payload).lastInsertRowid);
  }

  /** The large payload with the given number. */
  large(id: number): Uint8Array {
    return (this.#large.get(id) as { payload: Uint8Array }).payload;
  }

  /** Removes the large payload with the given number. */
  dropLarge(id: number): void {
    this.#dropLarge.run(id);
  }

  #count(
    id: number,
    put: number,
    records: number,
    bytes: number,
    { minCap, maxCap }: CapRange,
  ): void {
    const before = this.#runs.get(id) ??
      { id, put, records: 0, bytes: 0, minCap, maxCap };
    const run = {
      id,
      minCap: isBefore(minCap, before.minCap) ? minCap : before.minCap,
      maxCap: isBefore(before.maxCap, maxCap) ? maxCap : before.maxCap,
      put: Math.max(before.put, put),
      records: before.records + records,
      bytes: before.bytes + bytes,
    };
    const runs = new Map(this.#runs);
    if (run.records > 0) runs.set(id, run);
    else runs.delete(id);
    this.#runs = runs;
  }
}

/** The lowest and the highest time of capture of some records. */
function capRange(
  { words }: RecordColumns,
  from: number,
  to: number,
): CapRange {
  const highs = words[CAP_WORD];
  const lows = words[CAP_WORD + 1];
  let min = from;
  let max = from;
  for (let i = from + 1; i < to; i++) {
    const high = highs[i];
    if (high < highs[min] || high === highs[min] && lows[i] < lows[min]) {
      min = i;
    }
    if (high > highs[max] || high === highs[max] && lows[i] > lows[max]) {
      max = i;
    }
  }
  const bytesOfCap = (record: number) => {
    const cap = new Uint8Array(8);
    const view = viewOf(cap);
    view.setUint32(0, highs[record]);
    view.setUint32(4, lows[record]);
    return cap;
  };
  return { minCap: bytesOfCap(min), maxCap: bytesOfCap(max) };
}

function isBefore(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) < 0;
}

function readRuns(db: DatabaseSync): ReadonlyMap<number, Run> {
  const rows = db.prepare(`
    SELECT run AS id, max(put) AS put, sum(records) AS records,
      sum(bytes) AS bytes, min(minCap) AS minCap, max(maxCap) AS maxCap
    FROM ranges GROUP BY run ORDER BY run`).all();
  return new Map(rows.map((row) => {
    const run = row as unknown as Run;
    return [run.id, run];
  }));
}
