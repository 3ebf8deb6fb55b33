import type { AnyColumn } from "./column_types.ts";
import { viewOf } from "./view_of.ts";

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

// Values are copied as integers of at most 32 bits: they keep every bit of a
// float, and each compiler of V8 makes plain moves of them, which it does not of
// 64 bits. Arrays of words are faster than views, but only at multiples of four.

/**
 * Fills `column` with values that stand `stride` bytes apart in `bytes`,
 * little-endian, the first one at `start`.
 */
export function gather(
  bytes: Uint8Array,
  start: number,
  stride: number,
  column: AnyColumn,
): void {
  const { buffer, byteOffset, length } = column;
  const width = column.BYTES_PER_ELEMENT;
  if (width === 1) {
    const target = new Int8Array(buffer, byteOffset, length);
    return gather8(viewOf(bytes), start, stride, target);
  }
  if (width === 2) {
    const target = new Int16Array(buffer, byteOffset, length);
    return gather16(viewOf(bytes), start, stride, target);
  }
  const target = asWords(column);
  if (!standsInWords(bytes, start, stride)) {
    return width === WORD_BYTES
      ? gather32(viewOf(bytes), start, stride, target)
      : gather64(viewOf(bytes), start, stride, target);
  }
  const source = wordsOf(bytes);
  const at = (bytes.byteOffset + start) / WORD_BYTES;
  const step = stride / WORD_BYTES;
  if (width === WORD_BYTES) gatherWords(source, at, step, target);
  else gatherWordPairs(source, at, step, target);
}

/**
 * Writes the values of `column` from `from` up to `to` into `bytes`, `stride`
 * bytes apart and little-endian, the first one at `start`.
 */
export function scatter(
  column: AnyColumn,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
  stride: number,
): void {
  const { buffer, byteOffset } = column;
  const width = column.BYTES_PER_ELEMENT;
  const offset = byteOffset + from * width;
  const length = to - from;
  if (width === 1) {
    const source = new Int8Array(buffer, offset, length);
    return scatter8(source, viewOf(bytes), start, stride);
  }
  if (width === 2) {
    const source = new Int16Array(buffer, offset, length);
    return scatter16(source, viewOf(bytes), start, stride);
  }
  const source = new Int32Array(buffer, offset, length * width / WORD_BYTES);
  if (!standsInWords(bytes, start, stride)) {
    return width === WORD_BYTES
      ? scatter32(source, viewOf(bytes), start, stride)
      : scatter64(source, viewOf(bytes), start, stride);
  }
  const target = wordsOf(bytes);
  const at = (bytes.byteOffset + start) / WORD_BYTES;
  const step = stride / WORD_BYTES;
  if (width === WORD_BYTES) scatterWords(source, target, at, step);
  else scatterWordPairs(source, target, at, step);
}

/** Whether what stands `stride` bytes apart stands at multiples of a word. */
export function standsInWords(
  bytes: Uint8Array,
  start: number,
  stride: number,
): boolean {
  return ((bytes.byteOffset + start) | stride) % WORD_BYTES === 0;
}

/** The bytes of a column of 32 or 64 bits in words. */
export function asWords(column: AnyColumn): Int32Array {
  const { buffer, byteOffset, byteLength } = column;
  return new Int32Array(buffer, byteOffset, byteLength / WORD_BYTES);
}

/** The whole buffer of `bytes` in words, so that offsets count from its start. */
export function wordsOf({ buffer }: Uint8Array): Int32Array {
  return new Int32Array(buffer, 0, Math.floor(buffer.byteLength / WORD_BYTES));
}

function gatherWords(
  source: Int32Array,
  start: number,
  step: number,
  target: Int32Array,
): void {
  for (let i = 0, s = start; i < target.length; i++, s += step) {
    target[i] = source[s];
  }
}

function gatherWordPairs(
  source: Int32Array,
  start: number,
  step: number,
  target: Int32Array,
): void {
  for (let i = 0, s = start; i < target.length; i += 2, s += step) {
    target[i] = source[s];
    target[i + 1] = source[s + 1];
  }
}

function gather8(
  view: DataView,
  start: number,
  stride: number,
  target: Int8Array,
): void {
  for (let i = 0, at = start; i < target.length; i++, at += stride) {
    target[i] = view.getInt8(at);
  }
}

function gather16(
  view: DataView,
  start: number,
  stride: number,
  target: Int16Array,
): void {
  for (let i = 0, at = start; i < target.length; i++, at += stride) {
    target[i] = view.getInt16(at, true);
  }
}

function gather32(
  view: DataView,
  start: number,
  stride: number,
  target: Int32Array,
): void {
  for (let i = 0, at = start; i < target.length; i++, at += stride) {
    target[i] = view.getInt32(at, true);
  }
}

function gather64(
  view: DataView,
  start: number,
  stride: number,
  target: Int32Array,
): void {
  for (let i = 0, at = start; i < target.length; i += 2, at += stride) {
    target[i] = view.getInt32(at, true);
    target[i + 1] = view.getInt32(at + WORD_BYTES, true);
  }
}

function scatterWords(
  source: Int32Array,
  target: Int32Array,
  start: number,
  step: number,
): void {
  for (let i = 0, t = start; i < source.length; i++, t += step) {
    target[t] = source[i];
  }
}

function scatterWordPairs(
  source: Int32Array,
  target: Int32Array,
  start: number,
  step: number,
): void {
  for (let i = 0, t = start; i < source.length; i += 2, t += step) {
    target[t] = source[i];
    target[t + 1] = source[i + 1];
  }
}

function scatter8(
  source: Int8Array,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = 0, at = start; i < source.length; i++, at += stride) {
    view.setInt8(at, source[i]);
  }
}

function scatter16(
  source: Int16Array,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = 0, at = start; i < source.length; i++, at += stride) {
    view.setInt16(at, source[i], true);
  }
}

function scatter32(
  source: Int32Array,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = 0, at = start; i < source.length; i++, at += stride) {
    view.setInt32(at, source[i], true);
  }
}

function scatter64(
  source: Int32Array,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = 0, at = start; i < source.length; i += 2, at += stride) {
    view.setInt32(at, source[i], true);
    view.setInt32(at + WORD_BYTES, source[i + 1], true);
  }
}
