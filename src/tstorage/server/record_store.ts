import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { nowNs } from "../data/timestamp.ts";
import { viewOf } from "../wire/message.ts";
import { ORDERED_ACQ } from "./ordered_key.ts";
import { type Exclusive, ParkedParts, Parking } from "./spilled_parts.ts";
import { RecordTable } from "./record_table.ts";
import { Settling } from "./compaction.ts";
import { Snapshot } from "./snapshot.ts";
import type { StagedPart } from "./staged_put.ts";
import { WriteAheadLog } from "./write_ahead_log.ts";

const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  CREATE TABLE IF NOT EXISTS state (last_put INTEGER, last_acq INTEGER);
  INSERT INTO state SELECT 0, 0 WHERE NOT EXISTS (SELECT * FROM state);
`;

/** What a step of settling writes, more or less. */
const SETTLED_BYTES = 4 * 2 ** 20;

/**
 * Records in SQLite.
 *
 * A PUT is one transaction. It is carried out in steps between which others
 * are served; what it has stored so far has a higher number in `put` than they
 * ask for, so they see all of it or nothing. What it replaces stays until it
 * is settled, so whoever began to read earlier goes on reading that.
 */
export class RecordStore {
  readonly #db: DatabaseSync;
  readonly #records: RecordTable;
  readonly #parking: Parking;
  readonly #settling: Settling;
  readonly #snapshots: Set<Snapshot> = new Set();
  readonly #log: WriteAheadLog;
  readonly #closing = new AbortController();
  #lastPut: number;
  /** The last acquisition time that is given, or earlier than one told. */
  #lastAcq: bigint;
  /** Start of the acquisition times of the PUT that is being stored. */
  #pendingAcq: bigint | undefined;
  #hasFailed = false;
  #settled: Promise<void> | undefined;
  #writers: Promise<unknown> = Promise.resolve();

  /** Opens a file, or memory for `:memory:`. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec(SCHEMA);
      this.#records = new RecordTable(this.#db);
      this.#settling = new Settling(this.#db);
      this.#parking = new Parking(this.#db, this.#exclusive);
      this.#log = new WriteAheadLog(this.#db);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    const state = this.#db.prepare("SELECT last_put, last_acq FROM state");
    state.setReadBigInts(true);
    const { last_put, last_acq } = state.get() as {
      last_put: bigint;
      last_acq: bigint;
    };
    this.#lastPut = Number(last_put);
    this.#lastAcq = last_acq;
    this.#settle();
  }

  /** Every record with an earlier acquisition time can be read. */
  get acq(): bigint {
    return this.#pendingAcq ?? this.#now;
  }

  /** A place for the parts of a PUT that are too large to keep in memory. */
  park(): ParkedParts {
    return new ParkedParts(this.#parking);
  }

  /**
   * Stores the parts of a PUT, all or none.
   *
   * @param bytes How large they are together, more or less.
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
            // Sockets get their turn only from a real wait.
            await setTimeout(0);
          }
          const last = acq > acqMin ? acq - 1n : acqMin;
          this.#db.prepare("UPDATE state SET last_put = ?, last_acq = ?")
            .run(put, last);
          return last;
        });
        this.#lastPut = put;
        this.#lastAcq = acqMax;
        this.#settling.add(replaced, put);
        return { acqMin, acqMax };
      } finally {
        this.#pendingAcq = undefined;
        this.#settle();
      }
    });
  }

  /** The records as they are now. */
  snapshot(): Snapshot {
    const snapshot = new Snapshot(
      this.#records,
      this.#settling,
      this.#lastPut,
      this.acq,
      () => {
        this.#snapshots.delete(snapshot);
        this.#settle();
      },
    );
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  /** Closes the file once the PUTs under way are stored. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#settled;
    await this.#writers;
    this.#db.close();
  }

  /** The clock of acquisition times, which never goes back. */
  get #now(): bigint {
    const now = nowNs();
    if (now > this.#lastAcq) this.#lastAcq = now - 1n;
    return this.#lastAcq + 1n;
  }

  /** Makes what is written last, all of it or nothing. */
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

  /** The PUTs as of which somebody reads, or will. */
  get #reads(): readonly number[] {
    const puts = [...this.#snapshots].map(({ put }) => put);
    return [...new Set([...puts, this.#lastPut])];
  }

  /** Settles replaced records, if there are any, while others are served. */
  #settle(): void {
    this.#settled ??= this.#settleAll()
      // They are read all the same; the next PUT or GET tries again.
      .catch(() => {})
      .finally(() => this.#settled = undefined);
  }

  async #settleAll(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#settling.isDue(this.#reads)) {
      const pass = this.#settling.pass(() => this.#reads);
      let isDone;
      do {
        // An answer that is due now goes first.
        await setTimeout(1, undefined, { signal });
        isDone = await this.#exclusive(() => this.#settleStep(pass));
      } while (!isDone);
    }
  }

  async #settleStep(pass: Iterator<void>): Promise<boolean | undefined> {
    this.#shortenLog(SETTLED_BYTES);
    // Should it be lost it is done again, so it need not be on the disk yet.
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      const { done } = await this.#transaction(() => pass.next());
      return done;
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** One writer after another. */
  readonly #exclusive: Exclusive = (write) => {
    const result = this.#writers.then(write);
    this.#writers = result
      .catch(() => this.#hasFailed = true)
      .then(() => this.#tidy());
    return result;
  };

  /** Does what no PUT need wait for. */
  async #tidy(): Promise<void> {
    if (!this.#hasFailed && !this.#log.isLong()) return;
    // An answer that is due now goes first.
    await setTimeout(1);
    this.#attempt(() => {
      this.#log.move(this.#hasFailed);
      this.#hasFailed = false;
    });
  }

  /**
   * Moves the log if so many bytes more would make it long. If they should not
   * fit, the whole log is theirs and can be given back.
   */
  #shortenLog(bytes: number): void {
    if (this.#log.isLong(bytes)) this.#attempt(() => this.#log.move(false));
  }

  /** Tries what can be done after the next PUT as well, if there is no room. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch {
      // A PUT that it leaves without room says so.
    }
  }
}

/** Gives each record an acquisition time, and returns the next one. */
function stamp({ bytes, ends }: StagedPart, first: bigint): bigint {
  const view = viewOf(bytes);
  let start = 0;
  // Flipped sign bit: times are stored in the order of their bytes.
  let ordered = first + 2n ** 63n;
  for (const end of ends) {
    view.setBigUint64(start + ORDERED_ACQ, ordered++);
    start = end;
  }
  return first + BigInt(ends.length);
}
