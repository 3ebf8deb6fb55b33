import type { StatementSync } from "node:sqlite";

/** So many reads see one moment at most, whatever happens meanwhile. */
const MOST_READS = 100;
/** Microtasks without a read after which no more are expected. */
const IDLE_MICROTASKS = 8;

/**
 * Lets reads that follow each other at once share one read transaction of
 * SQLite: beginning and ending one takes longer than to look up a key.
 *
 * It never outlasts the microtasks that follow a read, so what this process
 * learns of from outside is there when it is next read, and it ends with every
 * write of this process, whatever connection that goes through.
 */
export class SharedRead {
  static readonly #underWay = new Set<SharedRead>();

  /** Ends those of all connections, so that their next reads see what is new. */
  static endAll(): void {
    for (const read of SharedRead.#underWay) read.end();
  }

  /** A query of more than one row: while it stands at the first, it reads. */
  readonly #query: StatementSync;
  #held: Iterator<unknown> | undefined;
  #reads = 0;
  #idle = 0;
  #watched = false;

  constructor(query: StatementSync) {
    this.#query = query;
  }

  /** Has the read that comes next share what is under way, or begins it. */
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
