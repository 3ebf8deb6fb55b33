import { outOfRange, refused } from "../../internal/mod.ts";

/** A value of a struct format: a number, a 64-bit integer, a flag or bytes. */
export type StructValue = number | bigint | boolean | Uint8Array;

/** One code of a format: its sizes, and how to read and write a value. */
export interface StructCode {
  /** Bytes under `= < > !`; 0 where the code is not allowed. */
  readonly size: number;
  /** Bytes under `@` on a 64-bit machine, which is also the alignment. */
  readonly nativeSize: number;
  /** Whether it is bytes to skip rather than a value. */
  readonly padding?: boolean;
  /** Whether the count is a length in bytes rather than a repetition. */
  readonly counted?: boolean;
  read(
    view: DataView,
    offset: number,
    littleEndian: boolean,
    size: number,
  ): StructValue;
  /** Writes all bytes of a value. */
  write(
    view: DataView,
    offset: number,
    littleEndian: boolean,
    size: number,
    value: unknown,
    name: ValueName,
  ): void;
}

/** The name of a value in an error, or its index in "value". */
export type ValueName = string | number;

/** The codes of Python's `struct` module; `P`, a pointer, means nothing in stored bytes. */
export const STRUCT_CODES: { readonly [letter: string]: StructCode } = {
  x: { ...bytes(), padding: true, counted: true },
  c: { ...bytes(), write: writeByte },
  s: { ...bytes(), counted: true },
  p: { ...pascal(), counted: true },
  "?": {
    size: 1,
    nativeSize: 1,
    read: (view, offset) => view.getUint8(offset) !== 0,
    write: (view, offset, _littleEndian, _size, value) =>
      view.setUint8(offset, value ? 1 : 0),
  },
  b: integer(1, 1, true),
  B: integer(1, 1, false),
  h: integer(2, 2, true),
  H: integer(2, 2, false),
  i: integer(4, 4, true),
  I: integer(4, 4, false),
  l: integer(4, 8, true),
  L: integer(4, 8, false),
  q: integer(8, 8, true),
  Q: integer(8, 8, false),
  n: integer(0, 8, true),
  N: integer(0, 8, false),
  e: float(2),
  f: float(4),
  d: float(8),
};

/** Bytes of an integer. */
type IntegerWidth = 1 | 2 | 4 | 8;

function integer(
  size: 0 | IntegerWidth,
  nativeSize: IntegerWidth,
  signed: boolean,
): StructCode {
  const standardRange = integerRange(size, signed);
  const nativeRange = integerRange(nativeSize, signed);
  return {
    size,
    nativeSize,
    read: (view, offset, littleEndian, width) =>
      readInteger(view, offset, littleEndian, width as IntegerWidth, signed),
    write(view, offset, littleEndian, width, value, name) {
      const number = wholeNumber(value, name);
      const [lowest, highest] = width === size ? standardRange : nativeRange;
      if (number < lowest || number > highest) {
        const expected = `an integer from ${lowest} to ${highest}`;
        throw outOfRange(quotable(name), expected, number);
      }
      writeInteger(view, offset, littleEndian, width as IntegerWidth, number);
    },
  };
}

function integerRange(
  size: number,
  signed: boolean,
): readonly [lowest: number | bigint, highest: number | bigint] {
  const values = 1n << BigInt(8 * size);
  const lowest = signed ? -values / 2n : 0n;
  const highest = lowest + values - 1n;
  // Numbers where they are exact: comparing them is several times as fast.
  return size === 8 ? [lowest, highest] : [Number(lowest), Number(highest)];
}

function readInteger(
  view: DataView,
  offset: number,
  littleEndian: boolean,
  size: IntegerWidth,
  signed: boolean,
): number | bigint {
  switch (size) {
    case 1:
      return signed ? view.getInt8(offset) : view.getUint8(offset);
    case 2:
      return signed
        ? view.getInt16(offset, littleEndian)
        : view.getUint16(offset, littleEndian);
    case 4:
      return signed
        ? view.getInt32(offset, littleEndian)
        : view.getUint32(offset, littleEndian);
    case 8:
      return signed
        ? view.getBigInt64(offset, littleEndian)
        : view.getBigUint64(offset, littleEndian);
  }
}

function writeInteger(
  view: DataView,
  offset: number,
  littleEndian: boolean,
  size: IntegerWidth,
  value: number | bigint,
): void {
  switch (size) {
    case 1:
      return view.setUint8(offset, Number(value));
    case 2:
      return view.setUint16(offset, Number(value), littleEndian);
    case 4:
      return view.setUint32(offset, Number(value), littleEndian);
    case 8:
      return view.setBigInt64(offset, BigInt(value), littleEndian);
  }
}

function wholeNumber(value: unknown, name: ValueName): number | bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw refused(quotable(name), "an integer", value);
}

function quotable(name: ValueName): string {
  return typeof name === "number" ? `value[${name}]` : name;
}

function float(size: 2 | 4 | 8): StructCode {
  return {
    size,
    nativeSize: size,
    read: (view, offset, littleEndian) =>
      size === 2
        ? view.getFloat16(offset, littleEndian)
        : size === 4
        ? view.getFloat32(offset, littleEndian)
        : view.getFloat64(offset, littleEndian),
    write(view, offset, littleEndian, _size, value, name) {
      if (typeof value !== "number") {
        throw refused(quotable(name), "a number", value);
      }
      const rounded = size === 2
        ? Math.f16round(value)
        : size === 4
        ? Math.fround(value)
        : value;
      if (Number.isFinite(value) && !Number.isFinite(rounded)) {
        const expected = `a number that fits ${8 * size} bits`;
        throw outOfRange(quotable(name), expected, value);
      }
      if (size === 2) view.setFloat16(offset, rounded, littleEndian);
      else if (size === 4) view.setFloat32(offset, rounded, littleEndian);
      else view.setFloat64(offset, rounded, littleEndian);
    },
  };
}

function bytes(): StructCode {
  return {
    size: 1,
    nativeSize: 1,
    read: (view, offset, _littleEndian, size) =>
      bytesAt(view, offset, size).slice(),
    write(view, offset, _littleEndian, size, value, name) {
      setPadded(
        bytesAt(view, offset, size),
        byteArray(value, name).subarray(0, size),
      );
    },
  };
}

function writeByte(
  view: DataView,
  offset: number,
  _littleEndian: boolean,
  _size: number,
  value: unknown,
  name: ValueName,
): void {
  const [byte, ...more] = byteArray(value, name);
  if (byte === undefined || more.length > 0) {
    throw refused(quotable(name), "a Uint8Array of 1 byte", value);
  }
  view.setUint8(offset, byte);
}

/** A length byte, then that many bytes: at most 255 and what fits. */
function pascal(): StructCode {
  return {
    size: 1,
    nativeSize: 1,
    read(view, offset, _littleEndian, size) {
      if (size === 0) return new Uint8Array();
      const length = Math.min(view.getUint8(offset), size - 1);
      return bytesAt(view, offset + 1, length).slice();
    },
    write(view, offset, _littleEndian, size, value, name) {
      const content = byteArray(value, name);
      if (size === 0) return;
      const fitting = content.subarray(0, size - 1);
      view.setUint8(offset, Math.min(fitting.length, 255));
      setPadded(bytesAt(view, offset + 1, size - 1), fitting);
    },
  };
}

/** Fills all of `target`: with the content, then with zeros. */
function setPadded(target: Uint8Array, content: Uint8Array): void {
  target.set(content);
  target.fill(0, content.length);
}

function bytesAt(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}

function byteArray(value: unknown, name: ValueName): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw refused(quotable(name), "a Uint8Array", value);
}
