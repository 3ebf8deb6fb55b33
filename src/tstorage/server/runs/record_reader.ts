import {
  type KeyWords,
  MergedRecords,
  type Stretch,
  wordsOf,
} from "../blocks/mod.ts";
import type { BlockTable } from "./block_table.ts";
import type { KeyBox } from "./key_box.ts";
import { RunCursor } from "./run_cursor.ts";

/**
 * Reads the records in a box as of a PUT, in key order, while blocks are merged:
 * what a merge moves is found where it is then.
 */
export class RecordReader {
  readonly #table: BlockTable;
  readonly #put: number;
  readonly #box: KeyBox;
  #version: number;
  #merged: MergedRecords<RunCursor>;

  /** Reads from the first key of a box on. */
  constructor(table: BlockTable, put: number, box: KeyBox) {
    this.#table = table;
    this.#put = put;
    this.#box = box;
    this.#version = table.version;
    this.#merged = this.#from(wordsOf(box.first));
  }

  /** As {@linkcode MergedRecords.next}. */
  next(): Stretch | "more" | undefined {
    if (this.#version !== this.#table.version) {
      const { cursors } = this.#merged;
      if (cursors.length === 0) return undefined;
      this.#version = this.#table.version;
      this.#merged = this.#from(
        cursors.map(({ position }) => position).reduce(earlier),
      );
    }
    return this.#merged.next();
  }

  /** As {@linkcode MergedRecords.take}. */
  take(count: number): void {
    this.#merged.take(count);
  }

  #from(key: KeyWords): MergedRecords<RunCursor> {
    const runs = this.#table.runs.filter((run) =>
      run.put <= this.#put && this.#box.mayHave(run)
    );
    return new MergedRecords(
      runs.map(({ id }) => new RunCursor(this.#table, id, key, this.#box)),
    );
  }
}

function earlier(one: KeyWords, other: KeyWords): KeyWords {
  for (const [word, value] of one.entries()) {
    if (value !== other[word]) return value < other[word] ? one : other;
  }
  return one;
}
