import type { StatementSync } from "node:sqlite";

/** Most reads that share one moment of the database. */
const MOST_READS = 100;
/** Microtasks without a read after which no more are expected. */
const IDLE_MICROTASKS = 8;

/**
 * Lets reads that follow each other at once share one read transaction of
 * SQLite: to begin and end one takes longer than to look up a key.
 *
 * It ends with the microtasks that follow a read, so that changes of other
 * processes are seen by the next read in a later turn of the event loop, and
 * with every write of this process, through any connection.
 */
export class SharedRead {
  static readonly #underWay = new Set<SharedRead>();

  /** Ends those of all connections, so that their next reads see new writes. */
  static endAll(): void {
    for (const read of SharedRead.#underWay) read.end();
  }

  /** A query of several rows: its read transaction lasts until the last row. */
  readonly #query: StatementSync;
  #held: Iterator<unknown> | undefined;
  #reads = 0;
  #idle = 0;
  #watched = false;

  constructor(query: StatementSync) {
    this.#query = query;
  }

  /** Begins a read transaction for the next read, or shares the open one. */
  join(): void {
    this.#idle = 0;
    if (this.#held && this.#reads++ < MOST_READS) return;
    this.end();
    this.#reads = 1;
    this.#held = this.#query.iterate();
    this.#held.next();
    SharedRead.#underWay.add(this);
    if (this.#watched) return;
    this.#watched = true;
    queueMicrotask(this.#watch);
  }

  /** Ends the read transaction, if one is open. */
  end(): void {
    this.#held?.return?.();
    this.#held = undefined;
    SharedRead.#underWay.delete(this);
  }

  readonly #watch = (): void => {
    this.#watched = this.#held !== undefined && this.#idle++ < IDLE_MICROTASKS;
    if (this.#watched) queueMicrotask(this.#watch);
    else this.end();
  };
}
