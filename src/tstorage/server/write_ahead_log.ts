import { statSync, truncateSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isGranted } from "../../internal/mod.ts";

/** Bytes that may wait in the log: enough for thousands of small PUTs. */
const MOST_WAITING = 16 * 2 ** 20;
/** Bytes before the first frame of a log, and before the page in each. */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** A log up to this size is overwritten, which is quicker than a new one. */
const LARGEST_KEPT = 64 * 2 ** 20;

/**
 * The log that SQLite writes ahead of the database file.
 *
 * Its content is durable. The caller moves it into the database file when there
 * is time, instead of SQLite at the end of a PUT.
 */
export class WriteAheadLog {
  readonly #path: string | undefined;
  readonly #pageBytes: number;
  readonly #length: StatementSync;
  readonly #move: StatementSync;
  readonly #moveAndTruncate: StatementSync;

  /** The log of an open database. */
  constructor(db: DatabaseSync) {
    db.exec("PRAGMA wal_autocheckpoint = 0");
    const { page_size } = db.prepare("PRAGMA page_size").get() as {
      page_size: number;
    };
    this.#pageBytes = page_size;
    const { file } = db.prepare(
      "SELECT file FROM pragma_database_list WHERE name = 'main'",
    ).get() as { file: string };
    // A database in memory has none.
    this.#path = file === "" ? undefined : `${file}-wal`;
    const checkpoint = (mode: string) =>
      db.prepare(`PRAGMA wal_checkpoint(${mode})`);
    this.#length = checkpoint("NOOP");
    this.#move = checkpoint("PASSIVE");
    this.#moveAndTruncate = checkpoint("TRUNCATE");
  }

  /** Whether too many bytes wait, with so many in addition. */
  isLong(bytes = 0): boolean {
    const { log, checkpointed } = this.#pages();
    const waiting = (log - checkpointed) * this.#pageBytes;
    return waiting > 0 && waiting + bytes > MOST_WAITING;
  }

  /**
   * Moves the waiting bytes into the database file.
   *
   * @param truncate Whether to free the space of the log in any case.
   */
  move(truncate: boolean): void {
    const isLarge = this.#pages().log * this.#pageBytes > LARGEST_KEPT;
    const move = truncate || isLarge ? this.#moveAndTruncate : this.#move;
    move.get();
  }

  /**
   * Frees the space behind the last commit, of which a PUT that did not fit has
   * taken all there was. Until then, {@linkcode move} may find no space either.
   */
  cut(): void {
    const { log } = this.#pages();
    if (this.#path === undefined || log < 0) return;
    // The permission for the database may be for its path alone.
    if (!isGranted({ name: "write", path: this.#path })) return;
    const used = LOG_HEADER_BYTES +
      log * (FRAME_HEADER_BYTES + this.#pageBytes);
    if (statSync(this.#path).size > used) truncateSync(this.#path, used);
  }

  #pages() {
    return this.#length.get() as { log: number; checkpointed: number };
  }
}
