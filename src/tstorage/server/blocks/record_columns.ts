import { type KeyWords, WORDS } from "./key_words.ts";

/** Payloads above this are stored apart; their record has their number instead. */
export const LARGE_PAYLOAD = 4096;
/** Bytes that a record has in place of a large payload. */
export const LARGE_BYTES = 8;

/** Payloads up to this are copied byte by byte, which is quicker. */
const SHORT_BYTES = 48;
const FIRST_RECORDS = 64;
const FIRST_BYTES = 1024;

/** Bytes that a record with a payload of so many has beside its key. */
export function inlineBytes(size: number): number {
  return size > LARGE_PAYLOAD ? LARGE_BYTES : size;
}

/** Records in key order: a column for each word of their keys. */
export class RecordColumns {
  /** Records that there are. */
  count = 0;
  words: readonly Uint32Array[];
  /** Bytes of each payload. */
  sizes: Uint32Array = new Uint32Array(FIRST_RECORDS);
  /** Where the payload of each record begins in `payloads`, and the last ends. */
  starts: Uint32Array = new Uint32Array(FIRST_RECORDS + 1);
  /** The payloads, and the numbers of large ones. */
  payloads: Uint8Array = new Uint8Array(FIRST_BYTES);
  view: DataView = new DataView(this.payloads.buffer);

  /** No records yet. */
  constructor() {
    this.words = Array.from(
      { length: WORDS },
      () => new Uint32Array(FIRST_RECORDS),
    );
  }

  /** Bytes of the payloads that are here. */
  get bytes(): number {
    return this.starts[this.count];
  }

  /** Removes all records. */
  clear(): void {
    this.count = 0;
  }

  /** Makes room for so many records, and bytes of payloads. */
  reserve(records: number, bytes: number): void {
    if (records > this.sizes.length) {
      const room = Math.max(records, 2 * this.sizes.length);
      const { count } = this;
      this.words = this.words.map((word) => larger(word, count, room));
      this.sizes = larger(this.sizes, count, room);
      this.starts = larger(this.starts, count + 1, room + 1);
    }
    if (bytes > this.payloads.length) {
      const payloads = new Uint8Array(
        Math.max(bytes, 2 * this.payloads.length),
      );
      payloads.set(this.payloads.subarray(0, this.bytes));
      this.holdPayloads(payloads);
    }
  }

  /** Takes the payloads of all records, or room for them. */
  holdPayloads(payloads: Uint8Array): void {
    this.payloads = payloads;
    this.view = new DataView(
      payloads.buffer,
      payloads.byteOffset,
      payloads.byteLength,
    );
  }

  /** Adds the payload of the next record, the words of whose key are set. */
  addPayload(source: Uint8Array, from: number, size: number): void {
    const { count } = this;
    const at = this.starts[count];
    copy(source, from, size, this.payloads, at);
    this.sizes[count] = size;
    this.starts[count + 1] = at + size;
    this.count = count + 1;
  }

  /** Adds the number of the next record's large payload. */
  addLarge(id: number, size: number): void {
    const { count } = this;
    const at = this.starts[count];
    this.view.setFloat64(at, id, true);
    this.sizes[count] = size;
    this.starts[count + 1] = at + LARGE_BYTES;
    this.count = count + 1;
  }

  /** Adds records of others, all of which come after those here. */
  append(other: RecordColumns, from: number, to: number): void {
    const { count } = this;
    const at = this.starts[count];
    const first = other.starts[from];
    const bytes = other.starts[to] - first;
    this.reserve(count + to - from, at + bytes);
    copy(other.payloads, first, bytes, this.payloads, at);
    for (let word = 0; word < WORDS; word++) {
      copyNumbers(other.words[word], from, to, this.words[word], count);
    }
    copyNumbers(other.sizes, from, to, this.sizes, count);
    for (let i = from; i < to; i++) {
      this.starts[count + i - from + 1] = other.starts[i + 1] - first + at;
    }
    this.count = count + to - from;
  }

  /** Whether the payload of a record is a large one. */
  isLarge(record: number): boolean {
    return this.sizes[record] > LARGE_PAYLOAD;
  }

  /** The number of the large payload of a record. */
  largeId(record: number): number {
    return this.view.getFloat64(this.starts[record], true);
  }

  /** The key of a record. */
  key(record: number): KeyWords {
    return Uint32Array.from(this.words, (word) => word[record]);
  }

  /** The first record from `from` on whose key is not below the given one. */
  lowerBound(key: KeyWords, from = 0): number {
    let low = from;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The first record from `from` on whose key is not below that of a record of
   * others; quick if it is close to `from`.
   */
  gallop(from: number, other: RecordColumns, record: number): number {
    let low = from;
    let step = 1;
    while (
      low + step <= this.count &&
      compareRecords(this, low + step - 1, other, record) < 0
    ) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareRecords(this, middle, other, record) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(record: number, key: KeyWords): number {
    for (let word = 0; word < WORDS; word++) {
      const own = this.words[word][record];
      if (own !== key[word]) return own < key[word] ? -1 : 1;
    }
    return 0;
  }
}

/** Negative if the key of record `i` of `a` comes before that of `j` of `b`. */
export function compareRecords(
  a: RecordColumns,
  i: number,
  b: RecordColumns,
  j: number,
): number {
  for (let word = 0; word < WORDS; word++) {
    const one = a.words[word][i];
    const other = b.words[word][j];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** Copies bytes, quickly also where they are few. */
export function copy(
  source: Uint8Array,
  from: number,
  count: number,
  target: Uint8Array,
  at: number,
): void {
  if (count > SHORT_BYTES) {
    target.set(source.subarray(from, from + count), at);
    return;
  }
  for (let i = 0; i < count; i++) target[at + i] = source[from + i];
}

function copyNumbers(
  source: Uint32Array,
  from: number,
  to: number,
  target: Uint32Array,
  at: number,
): void {
  if (to - from > 16) {
    target.set(source.subarray(from, to), at);
    return;
  }
  for (let i = from; i < to; i++) target[at + i - from] = source[i];
}

function larger(
  numbers: Uint32Array,
  count: number,
  room: number,
): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(room);
  result.set(numbers.subarray(0, count));
  return result;
}
