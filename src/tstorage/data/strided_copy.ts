import type { AnyColumn } from "./column_types.ts";

/** Bytes of one value of a column. */
type ColumnWidth = 1 | 2 | 4 | 8;

// Values are copied as integers of at most 32 bits, which keep every bit of a
// float. V8 compiles the loops below to plain moves, at any alignment; 64 bits
// would be a `bigint` each until its last compiler has a loop.

/** The values of a column of 64 bits, two words each. */
export function wordsOf({ buffer, byteOffset, length }: AnyColumn): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length);
}

/**
 * Fills `column` with values that stand `stride` bytes apart in `view`,
 * little-endian, the first one at `start`.
 */
export function gather(
  view: DataView,
  start: number,
  stride: number,
  column: AnyColumn,
): void {
  const { buffer, byteOffset, length } = column;
  const width = column.BYTES_PER_ELEMENT as ColumnWidth;
  switch (width) {
    case 1: {
      const target = new Int8Array(buffer, byteOffset, length);
      return gather8(view, start, stride, target);
    }
    case 2: {
      const target = new Int16Array(buffer, byteOffset, length);
      return gather16(view, start, stride, target);
    }
    case 4: {
      const target = new Int32Array(buffer, byteOffset, length);
      return gather32(view, start, stride, target);
    }
    case 8:
      return gather64(view, start, stride, wordsOf(column));
    default:
      width satisfies never;
  }
}

/**
 * Writes the values of `column` from `from` up to `to` into `view`, `stride`
 * bytes apart and little-endian, the first one at `start`.
 */
export function scatter(
  column: AnyColumn,
  from: number,
  to: number,
  view: DataView,
  start: number,
  stride: number,
): void {
  const { buffer, byteOffset, length } = column;
  const width = column.BYTES_PER_ELEMENT as ColumnWidth;
  switch (width) {
    case 1: {
      const source = new Int8Array(buffer, byteOffset, length);
      return scatter8(source, from, to, view, start, stride);
    }
    case 2: {
      const source = new Int16Array(buffer, byteOffset, length);
      return scatter16(source, from, to, view, start, stride);
    }
    case 4: {
      const source = new Int32Array(buffer, byteOffset, length);
      return scatter32(source, from, to, view, start, stride);
    }
    case 8:
      return scatter64(wordsOf(column), from, to, view, start, stride);
    default:
      width satisfies never;
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
    target[i + 1] = view.getInt32(at + 4, true);
  }
}

function scatter8(
  source: Int8Array,
  from: number,
  to: number,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = from, at = start; i < to; i++, at += stride) {
    view.setInt8(at, source[i]);
  }
}

function scatter16(
  source: Int16Array,
  from: number,
  to: number,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = from, at = start; i < to; i++, at += stride) {
    view.setInt16(at, source[i], true);
  }
}

function scatter32(
  source: Int32Array,
  from: number,
  to: number,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = from, at = start; i < to; i++, at += stride) {
    view.setInt32(at, source[i], true);
  }
}

function scatter64(
  source: Int32Array,
  from: number,
  to: number,
  view: DataView,
  start: number,
  stride: number,
): void {
  for (let i = 2 * from, at = start; i < 2 * to; i += 2, at += stride) {
    view.setInt32(at, source[i], true);
    view.setInt32(at + 4, source[i + 1], true);
  }
}
