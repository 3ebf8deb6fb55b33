import { outOfRange, refused } from "../../internal/mod.ts";
import { STRUCT_CODES, type StructCode } from "./struct_codes.ts";

/** Values of one code, one after another. */
export interface StructRun {
  readonly code: StructCode;
  /** The offset of the first value. */
  readonly offset: number;
  /** Bytes of one value. */
  readonly size: number;
  /** The number of values. */
  readonly count: number;
}

/** A parsed format: where its values are. */
export interface StructLayout {
  readonly format: string;
  readonly littleEndian: boolean;
  /** Bytes in all, padding included. */
  readonly size: number;
  /** Values in all. */
  readonly values: number;
  /** Whether some bytes belong to no value. */
  readonly padded: boolean;
  readonly runs: readonly StructRun[];
}

const NATIVE_LITTLE_ENDIAN =
  new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** For each prefix, whether sizes and alignment are the machine's, and the byte order. */
const BYTE_ORDERS: {
  readonly [prefix: string]: readonly [native: boolean, littleEndian: boolean];
} = {
  "@": [true, NATIVE_LITTLE_ENDIAN],
  "=": [false, NATIVE_LITTLE_ENDIAN],
  "<": [false, true],
  ">": [false, false],
  "!": [false, false],
};

const MAX_SIZE = 2 ** 31 - 1;

/**
 * Reads a format of Python's `struct` module.
 *
 * @throws {TypeError} If the format is malformed.
 * @throws {RangeError} If it describes 2 GiB or more.
 */
export function parseStructFormat(format: string): StructLayout {
  const order = BYTE_ORDERS[format[0] ?? ""];
  const [native, littleEndian] = order ?? [true, NATIVE_LITTLE_ENDIAN];
  const runs: StructRun[] = [];
  let size = 0;
  let values = 0;
  let valueBytes = 0;
  for (const [count, letter] of items(format, order ? 1 : 0)) {
    const code = STRUCT_CODES[letter];
    const width = native ? code?.nativeSize : code?.size;
    if (!code || !width) {
      throw badFormat(
        format,
        code ? `"${letter}" has a size only under "@"` : `unknown "${letter}"`,
      );
    }
    if (native) size = Math.ceil(size / width) * width;
    const run = code.counted
      ? { code, offset: size, size: count, count: 1 }
      : { code, offset: size, size: width, count };
    size += run.size * run.count;
    if (size > MAX_SIZE) {
      throw outOfRange("format", "a format of less than 2 GiB", format);
    }
    if (code.padding) continue;
    runs.push(run);
    values += run.count;
    valueBytes += run.size * run.count;
  }
  const padded = valueBytes < size;
  return { format, littleEndian, size, values, padded, runs };
}

/** The codes with their counts; white space may stand between, not within. */
function* items(
  format: string,
  start: number,
): Generator<[count: number, letter: string]> {
  const item = /\s*(?:(\d*)([^\s\d])|$)/y;
  item.lastIndex = start;
  while (item.lastIndex < format.length) {
    const match = item.exec(format);
    if (!match) throw badFormat(format, "a count without a code");
    const [, digits, letter] = match;
    if (letter === undefined) return;
    yield [digits ? Number(digits) : 1, letter];
  }
}

function badFormat(format: string, reason: string): TypeError {
  const expected = `a format of Python's struct module (${reason})`;
  return refused("format", expected, format);
}
