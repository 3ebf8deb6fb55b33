import type { DatabaseSync, StatementSync } from "node:sqlite";
import { shortTurn } from "../../internal/mod.ts";
import type { StagedPart } from "./staged_put.ts";

/** Runs writes to the database one after another. */
export type Exclusive = <R>(write: () => R | Promise<R>) => Promise<R>;

// SQLite keeps temporary tables in a file of their own without a name: it takes
// no space in the database, and is gone with the process, however that ends.
const SCHEMA = `
  PRAGMA temp.auto_vacuum = FULL;
  PRAGMA temp.journal_mode = MEMORY;
  CREATE TEMP TABLE spilled (
    id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, ends TEXT NOT NULL
  );
`;

/** Holds parts outside of memory until their PUT is complete. */
export class SpillTable {
  readonly exclusive: Exclusive;
  readonly #insert: StatementSync;
  readonly #part: StatementSync;
  readonly #drop: StatementSync;

  /** Creates the table beside an open database. */
  constructor(db: DatabaseSync, exclusive: Exclusive) {
    db.exec(SCHEMA);
    this.exclusive = exclusive;
    this.#insert = db.prepare("INSERT INTO spilled VALUES (NULL, ?, ?)");
    this.#part = db.prepare("SELECT bytes, ends FROM spilled WHERE id = ?");
    this.#drop = db.prepare("DELETE FROM spilled WHERE id = ?");
  }

  /** Stores a part and returns its number. */
  add({ bytes, ends }: StagedPart): number {
    const row = this.#insert.run(bytes, JSON.stringify(ends));
    return Number(row.lastInsertRowid);
  }

  /** Reads the part with the given number. */
  part(id: number): StagedPart {
    const { bytes, ends } = this.#part.get(id) as {
      bytes: Uint8Array<ArrayBuffer>;
      ends: string;
    };
    return { bytes, ends: JSON.parse(ends) };
  }

  /** Frees the space of a part. */
  drop(id: number): void {
    this.#drop.run(id);
  }
}

/** The parts of one unfinished PUT that are held outside of memory. */
export class SpilledParts implements Disposable {
  readonly #table: SpillTable;
  readonly #ids: number[] = [];

  /** No parts yet. */
  constructor(table: SpillTable) {
    this.#table = table;
  }

  /** Stores parts. */
  async add(parts: readonly StagedPart[]): Promise<void> {
    const { exclusive } = this.#table;
    for (const part of parts) {
      this.#ids.push(await exclusive(() => this.#table.add(part)));
    }
  }

  /** Reads the parts, in the order in which they came. */
  *parts(): Generator<StagedPart> {
    for (const id of this.#ids) yield this.#table.part(id);
  }

  /** Frees the space, while other sessions are served. */
  [Symbol.dispose](): void {
    const dropped = this.#table.exclusive(async () => {
      for (const id of this.#ids.toReversed()) {
        await shortTurn();
        this.#table.drop(id);
      }
    });
    // A part that cannot be dropped does no harm, and is gone with the server.
    dropped.catch(() => {});
  }
}
