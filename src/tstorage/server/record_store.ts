import type { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { nextTurn, startTimer } from "../../internal/mod.ts";
import { nowNs } from "../data/mod.ts";
import {
  convertEarlier,
  EARLIER_SCHEMA,
  isEarlier,
} from "./earlier_version.ts";
import { makeOwn, openOwnDatabase } from "./own_database.ts";
import {
  BLOCK_SCHEMA,
  BlockTable,
  type Merge,
  mergeStep,
  nextMerge,
} from "./runs/mod.ts";
import { Snapshot } from "./snapshot.ts";
import { SortedRecords } from "./sorted_records.ts";
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
const SCHEMA = STATE_SCHEMA + BLOCK_SCHEMA;

/** Bytes that a step of the compaction writes, more or less. */
const COMPACTED_BYTES = 4 * 2 ** 20;
/** Bytes of a PUT that are sorted at once, and become one run. */
const SORTED_BYTES = 64 * 2 ** 20;
/** Milliseconds without a PUT after which all runs are merged. */
const QUIET_MILLISECONDS = 1000;
/** Milliseconds between two steps of a merge, and while GETs come. */
const STEP_PAUSE_MILLISECONDS = 1;
const LONG_PAUSE_MILLISECONDS = 25;
/** Longest time for which no other session is served. */
const TURN_MILLISECONDS = 25;

/**
 * Records in SQLite, in sorted blocks.
 *
 * A PUT is one transaction. It sorts its records and stores them as a run of
 * blocks, beside those of other PUTs. It is carried out in steps, between which
 * other sessions are served; its run has a higher number in `put` than the
 * others ask for, so those see the whole PUT or none of it. A GET joins the runs
 * that it sees. The compaction merges runs; what is replaced stays until then,
 * and as long as a GET that started earlier reads it.
 */
export class RecordStore {
  readonly #db: DatabaseSync;
  readonly #table: BlockTable;
  readonly #spillTable: SpillTable;
  readonly #snapshots: Set<Snapshot> = new Set();
  readonly #log: WriteAheadLog;
  readonly #closing = new AbortController();
  #lastPut: number;
  /** No acquisition time up to this one will be given again. */
  #lastAcq: bigint;
  /** The first acquisition time of the PUT that is being stored. */
  #pendingAcq: bigint | undefined;
  #hasFailed = false;
  /** Whether there was no PUT lately. */
  #isQuiet = true;
  /** When the last GET began. */
  #lastGet = -Infinity;
  #quietTimer: ReturnType<typeof startTimer>;
  #compacting: Promise<void> | undefined;
  #writers: Promise<unknown> = Promise.resolve();

  /** Opens a file, or memory for `:memory:`. */
  constructor(path: string) {
    this.#db = openOwnDatabase(path, SCHEMA + EARLIER_SCHEMA);
    try {
      const state = readState(this.#db);
      this.#db.exec(PRAGMAS);
      makeOwn(this.#db, SCHEMA + FIRST_STATE);
      this.#lastPut = Number(state.last_put);
      this.#lastAcq = state.last_acq;
      this.#table = new BlockTable(this.#db);
      if (isEarlier(this.#db)) this.#convert();
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
      try {
        const acqMax = await this.#transaction(async () => {
          const acq = withAcq ? undefined : acqMin;
          const records = await this.#store(parts, put, acq);
          const last = withAcq || records === 0
            ? acqMin
            : acqMin + BigInt(records - 1);
          this.#db.prepare("UPDATE state SET last_put = ?, last_acq = ?")
            .run(put, last);
          return last;
        });
        this.#lastPut = put;
        this.#lastAcq = acqMax;
        return { acqMin, acqMax };
      } finally {
        this.#pendingAcq = undefined;
        this.#awaitQuiet();
        this.#compact();
      }
    });
  }

  /** The records as they are now. */
  snapshot(): Snapshot {
    this.#lastGet = performance.now();
    const snapshot = new Snapshot(
      this.#table,
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
    clearTimeout(this.#quietTimer);
    await this.#compacting;
    await this.#writers;
    clearTimeout(this.#quietTimer);
    this.#db.close();
  }

  /** The clock of acquisition times, which never goes back. */
  get #now(): bigint {
    const now = nowNs();
    if (now > this.#lastAcq) this.#lastAcq = now - 1n;
    return this.#lastAcq + 1n;
  }

  /** Stores the parts of a PUT, sorted, and returns how many records they have. */
  async #store(
    parts: Iterable<StagedPart>,
    put: number,
    firstAcq: bigint | undefined,
  ): Promise<number> {
    let records = 0;
    let sorted: StagedPart[] = [];
    let bytes = 0;
    const storeSorted = async () => {
      const acq = firstAcq && firstAcq + BigInt(records);
      await this.#storeRun(sorted, put, acq);
      records += sorted.reduce((sum, { ends }) => sum + ends.length, 0);
      sorted = [];
      bytes = 0;
    };
    for (const part of parts) {
      if (bytes + part.bytes.length > SORTED_BYTES) await storeSorted();
      sorted.push(part);
      bytes += part.bytes.length;
    }
    if (sorted.length > 0) await storeSorted();
    return records;
  }

  async #storeRun(
    parts: readonly StagedPart[],
    put: number,
    firstAcq: bigint | undefined,
  ): Promise<void> {
    const table = this.#table;
    const run = table.nextRun;
    const records = new SortedRecords(parts);
    const steps = function* () {
      yield* records.sort(firstAcq);
      const large = (payload: Uint8Array) => table.insertLarge(payload);
      for (const block of records.blocks(large)) {
        table.insert(run, put, block, 0, block.count);
        yield;
      }
    };
    let turn = performance.now();
    for (const _step of steps()) {
      if (performance.now() - turn < TURN_MILLISECONDS) continue;
      await nextTurn();
      turn = performance.now();
    }
  }

  /** Moves the records of version 0.2 into blocks. */
  #convert(): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      convertEarlier(this.#db, this.#table, this.#lastPut);
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `expected to move the records of version 0.2 into blocks, found that it fails (${reason}): make room for them a second time, or open a copy of the file elsewhere`,
        { cause: error },
      );
    }
  }

  /** Commits what `write` writes, or rolls it back if it fails. */
  async #transaction<R>(write: () => R | Promise<R>): Promise<R> {
    this.#db.exec("BEGIN IMMEDIATE");
    const restore = this.#table.savepoint();
    try {
      const result = await write();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      restore();
      throw error;
    }
  }

  /** The PUTs as of which GETs read now, or will start to. */
  get #reads(): readonly number[] {
    const puts = [...this.#snapshots].map(({ put }) => put);
    return [...new Set([...puts, this.#lastPut])];
  }

  /** Merges runs, if that is due, while sessions are served. */
  #compact(): void {
    this.#compacting ??= this.#compactAll()
      // Reading works without it; the next PUT or GET tries again.
      .catch(() => {})
      .finally(() => this.#compacting = undefined);
  }

  /** Merges all runs once there has been no PUT for a while. */
  #awaitQuiet(): void {
    this.#isQuiet = false;
    clearTimeout(this.#quietTimer);
    this.#quietTimer = startTimer(QUIET_MILLISECONDS, () => {
      this.#isQuiet = true;
      this.#compact();
    });
  }

  get #nextMerge(): Merge | undefined {
    return nextMerge(this.#table.runs, this.#reads, this.#isQuiet);
  }

  async #compactAll(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#nextMerge !== undefined) {
      // An answer that is due now goes first.
      const isAsked =
        performance.now() - this.#lastGet < LONG_PAUSE_MILLISECONDS;
      const pause = isAsked ? LONG_PAUSE_MILLISECONDS : STEP_PAUSE_MILLISECONDS;
      await setTimeout(pause, undefined, { signal });
      await this.#exclusive(() => this.#compactStep());
    }
  }

  async #compactStep(): Promise<void> {
    this.#shortenLog(COMPACTED_BYTES);
    // A lost step is repeated, so it need not be on the disk yet.
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      await this.#transaction(() => {
        // PUTs may have come and GETs may have begun since it was due.
        const merge = this.#nextMerge;
        if (merge !== undefined) mergeStep(this.#table, merge);
      });
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
