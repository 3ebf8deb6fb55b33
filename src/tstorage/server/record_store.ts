import type { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { nextTurn } from "../../internal/mod.ts";
import { nowNs, viewOf } from "../data/mod.ts";
import { Compaction, COMPACTION_SCHEMA } from "./compaction.ts";
import { writeOrderedAcq } from "./ordered_key.ts";
import { makeOwn, openOwnDatabase } from "./own_database.ts";
import { RECORD_SCHEMA, RecordTable } from "./record_table.ts";
import { Snapshot } from "./snapshot.ts";
import { type Exclusive, SpilledParts, SpillTable } from "./spilled_parts.ts";
import type { StagedPart } from "./staged_put.ts";
import { WriteAheadLog } from "./write_ahead_log.ts";

const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
`;
const STATE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (last_put INTEGER, last_acq INTEGER);
`;
const FIRST_STATE = `
  INSERT INTO state SELECT 0, 0 WHERE NOT EXISTS (SELECT * FROM state);
`;
const SCHEMA = STATE_SCHEMA + RECORD_SCHEMA + COMPACTION_SCHEMA;

/** Bytes that a step of the compaction writes, more or less. */
const COMPACTED_BYTES = 4 * 2 ** 20;

/**
 * Records in SQLite.
 *
 * A PUT is one transaction. It is carried out in steps, between which other
 * sessions are served; the records that it has stored so far have a higher
 * number in `put` than the others ask for, so those see the whole PUT or none of
 * it. Payloads that it replaces stay until the compaction, so a GET that started
 * earlier still reads them.
 */
export class RecordStore {
  readonly #db: DatabaseSync;
  readonly #records: RecordTable;
  readonly #spillTable: SpillTable;
  readonly #compaction: Compaction;
  readonly #snapshots: Set<Snapshot> = new Set();
  readonly #log: WriteAheadLog;
  readonly #closing = new AbortController();
  #lastPut: number;
  /** No acquisition time up to this one will be given again. */
  #lastAcq: bigint;
  /** The first acquisition time of the PUT that is being stored. */
  #pendingAcq: bigint | undefined;
  #hasFailed = false;
  #compacting: Promise<void> | undefined;
  #writers: Promise<unknown> = Promise.resolve();

  /** Opens a file, or memory for `:memory:`. */
  constructor(path: string) {
    this.#db = openOwnDatabase(path, SCHEMA);
    try {
      const state = readState(this.#db);
      this.#db.exec(PRAGMAS);
      makeOwn(this.#db, SCHEMA + FIRST_STATE);
      this.#lastPut = Number(state.last_put);
      this.#lastAcq = state.last_acq;
      this.#records = new RecordTable(this.#db);
      this.#compaction = new Compaction(this.#db);
      this.#spillTable = new SpillTable(this.#db, this.#exclusive);
      this.#log = new WriteAheadLog(this.#db);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    // The last server may have been killed on a full disk.
    this.#attempt(() => this.#log.cut());
    this.#compact();
  }

  /** Every record with an earlier acquisition time can be read. */
  get acq(): bigint {
    return this.#pendingAcq ?? this.#now;
  }

  /** Holds the parts of a PUT that are too large for the memory. */
  spill(): SpilledParts {
    return new SpilledParts(this.#spillTable);
  }

  /**
   * Stores the parts of a PUT, all or none.
   *
   * @param bytes Their size, more or less.
   * @param withAcq Whether the records have acquisition times of their own.
   * @returns The first and the last acquisition time that was given.
   */
  put(
    parts: Iterable<StagedPart>,
    bytes: number,
    withAcq: boolean,
  ): Promise<{ readonly acqMin: bigint; readonly acqMax: bigint }> {
    return this.#exclusive(async () => {
      this.#shortenLog(bytes);
      const acqMin = this.#pendingAcq = this.#now;
      const put = this.#lastPut + 1;
      let acq = acqMin;
      let replaced = 0;
      try {
        const acqMax = await this.#transaction(async () => {
          for (const part of parts) {
            if (!withAcq) acq = stamp(part, acq);
            replaced += this.#records.insert(part, put);
            await nextTurn();
          }
          const last = acq > acqMin ? acq - 1n : acqMin;
          this.#db.prepare("UPDATE state SET last_put = ?, last_acq = ?")
            .run(put, last);
          return last;
        });
        this.#lastPut = put;
        this.#lastAcq = acqMax;
        this.#compaction.add(replaced, put);
        return { acqMin, acqMax };
      } finally {
        this.#pendingAcq = undefined;
        this.#compact();
      }
    });
  }

  /** The records as they are now. */
  snapshot(): Snapshot {
    const snapshot = new Snapshot(
      this.#records,
      this.#compaction,
      this.#lastPut,
      this.acq,
      () => {
        this.#snapshots.delete(snapshot);
        this.#compact();
      },
    );
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  /** Closes the file once the PUTs under way are stored. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#compacting;
    await this.#writers;
    this.#db.close();
  }

  /** The clock of acquisition times, which never goes back. */
  get #now(): bigint {
    const now = nowNs();
    if (now > this.#lastAcq) this.#lastAcq = now - 1n;
    return this.#lastAcq + 1n;
  }

  /** Commits what `write` writes, or rolls it back if it fails. */
  async #transaction<R>(write: () => R | Promise<R>): Promise<R> {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = await write();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** The PUTs as of which GETs read now, or will start to. */
  get #reads(): readonly number[] {
    const puts = [...this.#snapshots].map(({ put }) => put);
    return [...new Set([...puts, this.#lastPut])];
  }

  /** Compacts replaced records, if there are any, while sessions are served. */
  #compact(): void {
    this.#compacting ??= this.#compactAll()
      // Reading works without it; the next PUT or GET tries again.
      .catch(() => {})
      .finally(() => this.#compacting = undefined);
  }

  async #compactAll(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#compaction.isDue(this.#reads)) {
      const pass = this.#compaction.pass(() => this.#reads);
      let isDone;
      do {
        // An answer that is due now goes first.
        await setTimeout(1, undefined, { signal });
        isDone = await this.#exclusive(() => this.#compactStep(pass));
      } while (!isDone);
    }
  }

  async #compactStep(pass: Iterator<void>): Promise<boolean | undefined> {
    this.#shortenLog(COMPACTED_BYTES);
    // A lost step is repeated, so it need not be on the disk yet.
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      const { done } = await this.#transaction(() => pass.next());
      return done;
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Runs one writer after another. */
  readonly #exclusive: Exclusive = (write) => {
    const result = this.#writers.then(write);
    this.#writers = result
      .catch(() => this.#hasFailed = true)
      .then(() => this.#tidy());
    return result;
  };

  /** Does work that no PUT needs to wait for. */
  async #tidy(): Promise<void> {
    if (!this.#hasFailed && !this.#log.isLong()) return;
    // An answer that is due now goes first.
    await setTimeout(1);
    if (this.#hasFailed) this.#attempt(() => this.#log.cut());
    this.#attempt(() => {
      this.#log.move(this.#hasFailed);
      this.#hasFailed = false;
    });
  }

  /**
   * Moves the log if so many bytes more would make it long. If they do not fit
   * on the disk, the log then has nothing else and can be truncated.
   */
  #shortenLog(bytes: number): void {
    if (this.#log.isLong(bytes)) this.#attempt(() => this.#log.move(false));
  }

  /** Tries a step that can be done later as well, if there is no space now. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch {
      // A PUT that finds no space reports it.
    }
  }
}

interface State {
  readonly last_put: bigint;
  readonly last_acq: bigint;
}

/** Reads the state of a database, which is only data. */
function readState(db: DatabaseSync): State {
  const tables = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'state'");
  if (!tables.get()) return { last_put: 0n, last_acq: 0n };
  const select = db.prepare("SELECT last_put, last_acq FROM state");
  select.setReadBigInts(true);
  const state = select.get() ?? { last_put: 0n, last_acq: 0n };
  if (isState(state)) return state;
  throw new Error(
    "expected the numbers of the last PUT, found something else: choose another file",
  );
}

function isState(state: object): state is State {
  const { last_put, last_acq } = state as { [name in keyof State]?: unknown };
  return typeof last_put === "bigint" && typeof last_acq === "bigint" &&
    last_put >= 0n && last_put < BigInt(Number.MAX_SAFE_INTEGER);
}

/** Gives each record an acquisition time, and returns the next one. */
function stamp({ bytes, ends }: StagedPart, first: bigint): bigint {
  const view = viewOf(bytes);
  let start = 0;
  let acq = first;
  for (const end of ends) {
    writeOrderedAcq(view, start, acq++);
    start = end;
  }
  return acq;
}
