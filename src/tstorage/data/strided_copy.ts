import type { AnyColumn } from "./column_types.ts";

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
  const width = column.BYTES_PER_ELEMENT;
  const offset = bytes.byteOffset + start;
  if ((offset | stride | width) % 4 !== 0) {
    return gatherBytes(bytes, start, stride, asBytes(column), width);
  }
  // Copying 32-bit words is several times as fast as bytes or a DataView.
  const source = wordsOf(bytes);
  const target = asWords(column);
  if (width === 4) gatherWords(source, offset / 4, stride / 4, target);
  else gatherWordPairs(source, offset / 4, stride / 4, target);
}

/**
 * Writes the values of `column` into `bytes`, `stride` bytes apart and
 * little-endian, the first one at `start`.
 */
export function scatter(
  column: AnyColumn,
  bytes: Uint8Array,
  start: number,
  stride: number,
): void {
  const width = column.BYTES_PER_ELEMENT;
  const offset = bytes.byteOffset + start;
  if ((offset | stride | width) % 4 !== 0) {
    return scatterBytes(asBytes(column), width, bytes, start, stride);
  }
  const source = asWords(column);
  const target = wordsOf(bytes);
  if (width === 4) scatterWords(source, target, offset / 4, stride / 4);
  else scatterWordPairs(source, target, offset / 4, stride / 4);
}

/** The bytes of a column in words. */
export function asWords(column: AnyColumn): Int32Array {
  return new Int32Array(
    column.buffer,
    column.byteOffset,
    column.byteLength / 4,
  );
}

/** The whole buffer of `bytes` in words, so that offsets count from its start. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}

function gatherWords(
  source: Int32Array,
  start: number,
  stride: number,
  target: Int32Array,
): void {
  for (let i = 0, s = start; i < target.length; i++, s += stride) {
    target[i] = source[s];
  }
}

function gatherWordPairs(
  source: Int32Array,
  start: number,
  stride: number,
  target: Int32Array,
): void {
  for (let i = 0, s = start; i < target.length; i += 2, s += stride) {
    target[i] = source[s];
    target[i + 1] = source[s + 1];
  }
}

function gatherBytes(
  source: Uint8Array,
  start: number,
  stride: number,
  target: Uint8Array,
  width: number,
): void {
  for (let i = 0, s = start; i < target.length; i += width, s += stride) {
    for (let k = 0; k < width; k++) target[i + k] = source[s + k];
  }
}

function scatterWords(
  source: Int32Array,
  target: Int32Array,
  start: number,
  stride: number,
): void {
  for (let i = 0, t = start; i < source.length; i++, t += stride) {
    target[t] = source[i];
  }
}

function scatterWordPairs(
  source: Int32Array,
  target: Int32Array,
  start: number,
  stride: number,
): void {
  for (let i = 0, t = start; i < source.length; i += 2, t += stride) {
    target[t] = source[i];
    target[t + 1] = source[i + 1];
  }
}

function scatterBytes(
  source: Uint8Array,
  width: number,
  target: Uint8Array,
  start: number,
  stride: number,
): void {
  for (let i = 0, t = start; i < source.length; i += width, t += stride) {
    for (let k = 0; k < width; k++) target[t + k] = source[i + k];
  }
}

function asBytes(column: AnyColumn): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
