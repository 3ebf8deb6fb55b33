import {
  bytesOf,
  type KeyWords,
  RecordColumns,
  type RecordCursor,
  wordsAfter,
  wordsOf,
} from "../blocks/mod.ts";
import type { BlockPlace, BlockTable } from "./block_table.ts";
import type { KeyBox } from "./key_box.ts";

/** The records of a run in key order: all, or those in a box. */
export class RunCursor implements RecordCursor {
  readonly records = new RecordColumns();
  at = 0;
  #to = 0;
  readonly #table: BlockTable;
  readonly #run: number;
  readonly #box: KeyBox | undefined;
  /** For each record at hand, whether it is in the box. */
  #inside = new Uint8Array();
  #place: BlockPlace | undefined;
  /** Every record before this key was at hand. */
  #from: KeyWords;
  #hasEnded = false;

  /** The records of a run from a key on. */
  constructor(table: BlockTable, run: number, from: KeyWords, box?: KeyBox) {
    this.#table = table;
    this.#run = run;
    this.#from = from;
    this.#box = box?.isEverything ? undefined : box;
  }

  get to(): number {
    return this.#to;
  }

  /** No record from here on is before this key, and each that was taken is. */
  get position(): KeyWords {
    const { at, records } = this;
    if (at < this.#to) return records.key(at);
    // What is in the block after the records at hand has not been looked at.
    return this.#place === undefined
      ? this.#from
      : wordsAfter(records.key(at - 1));
  }

  load(): boolean {
    if (this.#hasEnded) return false;
    if (this.#goOnInBlock()) return true;
    const place = this.#nextPlace();
    if (place === undefined) return this.#end();
    if (this.#box?.mayHave(place) === false) {
      this.#leave(wordsAfter(wordsOf(place.last)));
      return !this.#hasEnded;
    }
    const { records } = this;
    this.#table.read(place, records);
    this.#place = place;
    this.#to = records.lowerBound(this.#from);
    if (this.#box !== undefined) {
      if (this.#inside.length < records.count) {
        this.#inside = new Uint8Array(records.count);
      }
      this.#box.mark(records, this.#inside);
    }
    return this.#goOnInBlock() || !this.#hasEnded;
  }

  /** Goes on to the next records in the box; at the end of the block, behind it. */
  #goOnInBlock(): boolean {
    const { count } = this.records;
    if (this.#place === undefined) return false;
    let at = this.#to;
    if (this.#box === undefined) {
      this.at = at;
      this.#to = count;
      if (at < count) return true;
    } else {
      while (at < count && this.#inside[at] === 0) at++;
      this.at = at;
      while (at < count && this.#inside[at] === 1) at++;
      this.#to = at;
      if (this.at < at) return true;
    }
    this.#leave(wordsAfter(wordsOf(this.#place.last)));
    return false;
  }

  #leave(from: KeyWords): void {
    const next = this.#box === undefined ? from : this.#box.next(bytesOf(from));
    if (next === undefined) this.#hasEnded = true;
    else this.#from = next instanceof Uint32Array ? next : wordsOf(next);
    this.#place = undefined;
  }

  #nextPlace(): BlockPlace | undefined {
    if (this.#hasEnded) return undefined;
    const place = this.#table.find(this.#run, bytesOf(this.#from));
    if (place === undefined || this.#box === undefined) return place;
    return isAfter(place.first, this.#box.last) ? undefined : place;
  }

  #end(): boolean {
    this.#hasEnded = true;
    return false;
  }
}

function isAfter(one: Uint8Array, other: Uint8Array): boolean {
  for (const [i, byte] of one.entries()) {
    if (byte !== other[i]) return byte > other[i];
  }
  return false;
}
