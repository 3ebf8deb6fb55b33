import { viewOf, WHOLE_KEY } from "../data/mod.ts";
import {
  inlineBytes,
  LARGE_PAYLOAD,
  MOST_BYTES,
  MOST_RECORDS,
  RecordColumns,
  WORDS,
} from "./blocks/mod.ts";
import type { StagedPart } from "./staged_put.ts";

const KEY_BYTES = WHOLE_KEY.size;
/** Words of a key before those of `cap`, which those of `acq` follow. */
const WORDS_BEFORE_TIMES = WHOLE_KEY.at.cap / 4;
/** Words of a key before those of `acq`. */
const WORDS_BEFORE_ACQ = WHOLE_KEY.at.acq / 4;
/** Bits by which records are sorted at once. */
const MOST_DIGIT_BITS = 12;
const SIGN64 = 2n ** 63n;
const ALL_BITS = -1;

/** Stores a large payload and returns its number. */
export type LargeSink = (payload: Uint8Array) => number;

/** The records of some parts of a PUT, which are put into key order. */
export class SortedRecords {
  readonly #parts: readonly StagedPart[];
  readonly #count: number;
  readonly #words: readonly Uint32Array[];
  /** The part of each record, and where its payload is in it. */
  readonly #part: Uint16Array;
  readonly #at: Uint32Array;
  readonly #size: Uint32Array;
  /** For each word the bits that are not the same in all records. */
  readonly #varying: number[] = new Array(WORDS).fill(0);
  /** The records in key order. */
  #order: Uint32Array;

  /** Takes the records of at most 65 536 parts. */
  constructor(parts: readonly StagedPart[]) {
    const count = parts.reduce((sum, { ends }) => sum + ends.length, 0);
    this.#parts = parts;
    this.#count = count;
    this.#words = Array.from({ length: WORDS }, () => new Uint32Array(count));
    this.#part = new Uint16Array(count);
    this.#at = new Uint32Array(count);
    this.#size = new Uint32Array(count);
    this.#order = new Uint32Array(count);
  }

  /**
   * Puts the records into key order, in steps between which others get their
   * turn.
   *
   * @param firstAcq The acquisition time of the first record, which each after
   * it exceeds by one; without it the records have their own.
   */
  *sort(firstAcq: bigint | undefined): Generator<void> {
    const { length } = this.#parts;
    for (let part = 0, row = 0; part < length; part++) {
      row = this.#read(part, row);
      yield;
    }
    if (firstAcq !== undefined) this.#stamp(firstAcq);
    for (let row = 0; row < this.#count; row++) this.#order[row] = row;
    yield;
    // Records often come in order: of their keys, or at least of their times.
    if (this.#isSorted(0)) return;
    const isInTime = this.#isSorted(WORDS_BEFORE_TIMES);
    // Acquisition times that were given are in order already.
    const own = firstAcq === undefined ? WORDS : WORDS_BEFORE_ACQ;
    const words = isInTime ? WORDS_BEFORE_TIMES : own;
    for (let word = words - 1; word >= 0; word--) yield* this.#sortBy(word);
  }

  /**
   * Yields the records in blocks, in columns that are used again; of those with
   * the same key the last one.
   */
  *blocks(large: LargeSink): Generator<RecordColumns> {
    const block = new RecordColumns();
    const rows = new Uint32Array(MOST_RECORDS);
    for (let next = 0; next < this.#count;) {
      let count = 0;
      let bytes = 0;
      while (
        next < this.#count && count < MOST_RECORDS && bytes < MOST_BYTES
      ) {
        const row = this.#order[next++];
        if (next < this.#count && this.#isSame(row, this.#order[next])) {
          continue;
        }
        rows[count++] = row;
        bytes += inlineBytes(this.#size[row]);
      }
      block.clear();
      block.reserve(count, bytes);
      // A column at a time, which is several times as quick.
      for (let word = 0; word < WORDS; word++) {
        const values = this.#words[word];
        const column = block.words[word];
        if (this.#varying[word] === 0) column.fill(values[0], 0, count);
        else for (let i = 0; i < count; i++) column[i] = values[rows[i]];
      }
      for (let i = 0; i < count; i++) this.#addPayload(rows[i], block, large);
      yield block;
    }
  }

  #addPayload(row: number, block: RecordColumns, large: LargeSink): void {
    const size = this.#size[row];
    const { bytes } = this.#parts[this.#part[row]];
    const at = this.#at[row];
    if (size <= LARGE_PAYLOAD) block.addPayload(bytes, at, size);
    else block.addLarge(large(bytes.subarray(at, at + size)), size);
  }

  #read(part: number, firstRow: number): number {
    const { bytes, ends } = this.#parts[part];
    const view = viewOf(bytes);
    let start = 0;
    let row = firstRow;
    for (const end of ends) {
      this.#part[row] = part;
      this.#at[row] = start + KEY_BYTES;
      this.#size[row] = end - start - KEY_BYTES;
      row++;
      start = end;
    }
    // Word by word: as quick as the memory, with one array at a time.
    for (let word = 0; word < WORDS; word++) {
      const values = this.#words[word];
      let varying = this.#varying[word];
      for (let i = firstRow; i < row; i++) {
        const value = view.getUint32(this.#at[i] - KEY_BYTES + 4 * word);
        values[i] = value;
        varying |= value ^ values[0];
      }
      this.#varying[word] = varying;
    }
    return row;
  }

  #stamp(firstAcq: bigint): void {
    const ordered = firstAcq + SIGN64;
    let high = Number(ordered >> 32n);
    let low = Number(ordered & 0xffffffffn);
    const highs = this.#words[WORDS_BEFORE_ACQ];
    const lows = this.#words[WORDS_BEFORE_ACQ + 1];
    for (let row = 0; row < this.#count; row++) {
      highs[row] = high;
      lows[row] = low;
      if (low === 0xffffffff) {
        low = 0;
        high++;
      } else low++;
    }
    this.#varying[WORDS_BEFORE_ACQ] = ALL_BITS;
    this.#varying[WORDS_BEFORE_ACQ + 1] = ALL_BITS;
  }

  /** Whether the records, as they came, are in the order of their last words. */
  #isSorted(firstWord: number): boolean {
    for (let row = 1; row < this.#count; row++) {
      if (this.#compare(row - 1, row, firstWord) > 0) return false;
    }
    return true;
  }

  #isSame(one: number, other: number): boolean {
    // The last word tells most keys apart.
    const last = this.#words[WORDS - 1];
    return last[one] === last[other] && this.#compare(one, other) === 0;
  }

  #compare(one: number, other: number, firstWord = 0): number {
    for (let word = firstWord; word < WORDS; word++) {
      const values = this.#words[word];
      if (values[one] !== values[other]) {
        return values[one] < values[other] ? -1 : 1;
      }
    }
    return 0;
  }

  /**
   * Sorts by one word and leaves records with the same one in their order: by
   * the digits of those bits that are not the same in all records.
   */
  *#sortBy(word: number): Generator<void> {
    const mask = this.#varying[word];
    if (mask === 0) return;
    const values = this.#words[word];
    const lowest = 31 - Math.clz32(mask & -mask);
    const bits = 32 - Math.clz32(mask) - lowest;
    const digits = Math.ceil(bits / MOST_DIGIT_BITS);
    const digitBits = Math.ceil(bits / digits);
    for (let digit = 0; digit < digits; digit++) {
      this.#sortByDigit(values, lowest + digit * digitBits, digitBits);
      yield;
    }
  }

  #sortByDigit(values: Uint32Array, shift: number, bits: number): void {
    const count = this.#count;
    const mask = (1 << bits) - 1;
    const next = new Uint32Array(1 << bits);
    for (let row = 0; row < count; row++) {
      next[(values[row] >>> shift) & mask]++;
    }
    let sum = 0;
    for (let digit = 0; digit < next.length; digit++) {
      const records = next[digit];
      next[digit] = sum;
      sum += records;
    }
    const order = this.#order;
    const sorted = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const row = order[i];
      sorted[next[(values[row] >>> shift) & mask]++] = row;
    }
    this.#order = sorted;
  }
}
