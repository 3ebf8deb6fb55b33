import { viewOf } from "../../data/mod.ts";
import { ByteTarget } from "./byte_target.ts";
import { LOWER_WORD, WORDS } from "./key_words.ts";
import { damaged, packNumbers, unpackNumbers } from "./packed_numbers.ts";
import {
  inlineBytes,
  LARGE_BYTES,
  LARGE_PAYLOAD,
  type RecordColumns,
} from "./record_columns.ts";

/** Most records of a block; their indexes fit into two bytes. */
export const MOST_RECORDS = 2048;
/** Bytes of payloads from which on a block takes no other record. */
export const MOST_BYTES = 64 * 1024;

const FORMAT = 1;
const HEAD_BYTES = 8 + 4 * WORDS;

/** The lower word of a part before the higher one, which depends on it. */
const ORDER: readonly number[] = LOWER_WORD.flatMap((lower, word) =>
  lower !== undefined ? [lower, word] : LOWER_WORD.includes(word) ? [] : [word]
);

/**
 * Writes records as a block: a head with the first key, for each word of the
 * keys how it goes on from record to record, then the sizes and the payloads.
 *
 * A series with times at equal distances takes hardly more than its payloads.
 */
export class BlockEncoder {
  readonly #target = new ByteTarget();
  readonly #numbers = new Uint32Array(MOST_RECORDS);

  /** The block of some of the records, valid until the next one is written. */
  encode(
    records: RecordColumns,
    from: number,
    to: number,
  ): Uint8Array<ArrayBuffer> {
    const target = this.#target;
    const count = to - from;
    target.reserve(HEAD_BYTES);
    target.view.setUint32(0, FORMAT, true);
    target.view.setUint32(4, count, true);
    for (let word = 0; word < WORDS; word++) {
      target.view.setUint32(8 + 4 * word, records.words[word][from], true);
    }
    target.at = HEAD_BYTES;
    for (const word of ORDER) {
      this.#steps(records, word, from, to);
      packNumbers(this.#numbers, count - 1, target);
    }
    this.#numbers.set(records.sizes.subarray(from, to));
    packNumbers(this.#numbers, count, target);
    const payloads = records.payloads.subarray(
      records.starts[from],
      records.starts[to],
    );
    target.reserve(payloads.length);
    target.bytes.set(payloads, target.at);
    target.at += payloads.length;
    return target.take();
  }

  /** How a word goes on: what is added to it, beside what its lower word carries. */
  #steps(records: RecordColumns, word: number, from: number, to: number): void {
    const steps = this.#numbers;
    const values = records.words[word];
    let before = values[from];
    const lower = LOWER_WORD[word];
    if (lower === undefined) {
      for (let i = from + 1; i < to; i++) {
        const value = values[i];
        steps[i - from - 1] = value - before;
        before = value;
      }
      return;
    }
    const lowers = records.words[lower];
    for (let i = from + 1; i < to; i++) {
      const value = values[i];
      const carry = lowers[i] < lowers[i - 1] ? 1 : 0;
      steps[i - from - 1] = value - before - carry;
      before = value;
    }
  }
}

/**
 * Reads a block into columns, which then hold its payloads.
 *
 * @throws {Error} If no server has written it.
 */
export function decodeBlock(block: Uint8Array, into: RecordColumns): void {
  const view = viewOf(block);
  const count = headOf(view);
  into.clear();
  into.reserve(count, 0);
  let at = HEAD_BYTES;
  for (const word of ORDER) {
    const values = into.words[word];
    values[0] = view.getUint32(8 + 4 * word, true);
    const { end, same } = unpackNumbers(view, at, count - 1, values, 1);
    at = end;
    const lower = LOWER_WORD[word];
    if (lower === undefined) addSteps(values, count, same);
    else addSteps(values, count, same, into.words[lower]);
  }
  const { end, same } = unpackNumbers(view, at, count, into.sizes, 0);
  if (same !== undefined) into.sizes.fill(same, 0, count);
  addSizes(into, count, same);
  if (end + into.starts[count] !== block.length) {
    throw damaged(`${block.length - end} bytes of payloads`);
  }
  into.count = count;
  into.holdPayloads(block.subarray(end));
}

function headOf(view: DataView): number {
  if (view.byteLength < HEAD_BYTES) throw damaged(`${view.byteLength} bytes`);
  const format = view.getUint32(0, true);
  if (format !== FORMAT) throw damaged(`format ${format}`);
  const count = view.getUint32(4, true);
  if (count >= 1 && count <= MOST_RECORDS) return count;
  throw damaged(`${count} records`);
}

/** Turns the steps of a word into its values. */
function addSteps(
  values: Uint32Array,
  count: number,
  same: number | undefined,
  lowers?: Uint32Array,
): void {
  let value = values[0];
  if (lowers === undefined) {
    if (same === 0) values.fill(value, 1, count);
    else if (same !== undefined) {
      for (let i = 1; i < count; i++) {
        value = (value + same) >>> 0;
        values[i] = value;
      }
    } else {
      for (let i = 1; i < count; i++) {
        value = (value + values[i]) >>> 0;
        values[i] = value;
      }
    }
    return;
  }
  let lower = lowers[0];
  for (let i = 1; i < count; i++) {
    const next = lowers[i];
    value = (value + (same ?? values[i]) + (next < lower ? 1 : 0)) >>> 0;
    values[i] = value;
    lower = next;
  }
}

function addSizes(
  { sizes, starts }: RecordColumns,
  count: number,
  same: number | undefined,
): void {
  let start = 0;
  starts[0] = 0;
  if (same !== undefined) {
    const inline = inlineBytes(same);
    for (let i = 1; i <= count; i++) starts[i] = start += inline;
    return;
  }
  for (let i = 0; i < count; i++) {
    const size = sizes[i];
    starts[i + 1] = start += size > LARGE_PAYLOAD ? LARGE_BYTES : size;
  }
}
