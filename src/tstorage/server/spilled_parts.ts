import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { StagedPart } from "./staged_put.ts";

/** Runs writes to the database one after another. */
export type Exclusive = <R>(write: () => R | Promise<R>) => Promise<R>;

// In a file of its own without a name: it takes no room in the database, and
// none at all once the server has ended, however it ends.
const SCHEMA = `
  PRAGMA temp.auto_vacuum = FULL;
  PRAGMA temp.journal_mode = MEMORY;
  CREATE TEMP TABLE parked (
    id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, ends TEXT NOT NULL
  );
`;

/** Where parts wait outside of memory until their PUT has come in whole. */
export class Parking {
  readonly exclusive: Exclusive;
  readonly #insert: StatementSync;
  readonly #part: StatementSync;
  readonly #drop: StatementSync;

  /** Makes room for parts beside an open database. */
  constructor(db: DatabaseSync, exclusive: Exclusive) {
    db.exec(SCHEMA);
    this.exclusive = exclusive;
    this.#insert = db.prepare("INSERT INTO parked VALUES (NULL, ?, ?)");
    this.#part = db.prepare("SELECT bytes, ends FROM parked WHERE id = ?");
    this.#drop = db.prepare("DELETE FROM parked WHERE id = ?");
  }

  /** Takes a part, and returns its number. */
  add({ bytes, ends }: StagedPart): number {
    const row = this.#insert.run(bytes, JSON.stringify(ends));
    return Number(row.lastInsertRowid);
  }

  /** The part with a number. */
  part(id: number): StagedPart {
    const { bytes, ends } = this.#part.get(id) as {
      bytes: Uint8Array<ArrayBuffer>;
      ends: string;
    };
    return { bytes, ends: JSON.parse(ends) };
  }

  /** Gives the space of a part back. */
  drop(id: number): void {
    this.#drop.run(id);
  }
}

/** Parts of one unfinished PUT that wait outside of memory. */
export class ParkedParts implements Disposable {
  readonly #parking: Parking;
  readonly #ids: number[] = [];

  /** No parts yet. */
  constructor(parking: Parking) {
    this.#parking = parking;
  }

  /** Takes parts over. */
  async add(parts: readonly StagedPart[]): Promise<void> {
    const { exclusive } = this.#parking;
    for (const part of parts) {
      this.#ids.push(await exclusive(() => this.#parking.add(part)));
    }
  }

  /** The parts, in the order in which they came. */
  *parts(): Generator<StagedPart> {
    for (const id of this.#ids) yield this.#parking.part(id);
  }

  /** Gives the space back, while others are served. */
  [Symbol.dispose](): void {
    const dropped = this.#parking.exclusive(async () => {
      for (const id of this.#ids.toReversed()) {
        await setImmediate();
        this.#parking.drop(id);
      }
    });
    // What cannot be dropped is in nobody's way, and gone with the server.
    dropped.catch(() => {});
  }
}
