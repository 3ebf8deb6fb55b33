import {
  COLUMN_VALUE_KINDS,
  type ColumnType,
  fromUnixNs,
  TStorageDateTime,
} from "../../tstorage/mod.ts";

/** Characters of a malformed cell that an error shows. */
const MOST_SHOWN = 50;

/** An integer, in all columns and parts of the key: decimal digits alone. */
const INTEGER = /^[+-]?\d+$/;

/** A number of a column of floats. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers that are not finite, as `get` prints them. */
const NOT_FINITE = ["NaN", "Infinity", "+Infinity", "-Infinity"];

/** The second 60 of a minute, as a leap second has it. */
const LEAP_SECOND = /[Tt ]\d\d:?\d\d:?60/;

/**
 * Reads an integer that a `number` can hold.
 *
 * @throws {SyntaxError} If the text is not an integer.
 * @throws {RangeError} If it is larger.
 */
export function parseInteger(name: string, text: string): number {
  const number = Number(parseLong(name, text));
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(
    `"${name}" must be an integer of at most 53 bits, found "${
      shortened(text)
    }"`,
  );
}

/**
 * Reads an integer of any size.
 *
 * @throws {SyntaxError} If the text is not an integer.
 */
export function parseLong(name: string, text: string): bigint {
  return parseCell(name, text, "an integer", () => {
    if (INTEGER.test(text)) return BigInt(text.replace(/^\+/, ""));
  });
}

/**
 * Reads a time: TStorage nanoseconds, or a point in time in ISO 8601 with an
 * offset and at most nine digits of a second.
 *
 * @throws {SyntaxError} If the text is neither, or a leap second, for which
 * there is no number of nanoseconds.
 */
export function parseTime(name: string, text: string): bigint {
  const expected = "nanoseconds, or a time such as 2024-01-01T00:00:00Z";
  return parseCell(name, text, expected, () => {
    if (INTEGER.test(text)) return BigInt(text.replace(/^\+/, ""));
    // A leap second would become the second before, and the name of a time zone
    // or a calendar would be ignored.
    if (LEAP_SECOND.test(text) || text.includes("[")) return undefined;
    return fromUnixNs(Temporal.Instant.from(text).epochNanoseconds);
  });
}

/** Formats TStorage nanoseconds as a point in time in ISO 8601. */
export function formatTime(nanoseconds: bigint): string {
  const unixNs = TStorageDateTime.fromTStorageNs(nanoseconds).toUnixNs();
  return new Temporal.Instant(unixNs).toString();
}

/**
 * Reads bytes, two digits each.
 *
 * @throws {SyntaxError} If there are other characters, or an odd number.
 */
export function parseBytes(name: string, text: string): Uint8Array {
  if (text === "") return new Uint8Array();
  const expected = "two hexadecimal digits a byte";
  return parseCell(name, text, expected, () => Uint8Array.fromHex(text));
}

/**
 * Reads a field of a payload.
 *
 * @throws {SyntaxError} If the text is not a number, or not an integer for a type
 * of integers.
 * @throws {RangeError} If a float of the type cannot hold the number.
 */
export function parseField(
  name: string,
  text: string,
  type: ColumnType,
): number | bigint {
  switch (COLUMN_VALUE_KINDS[type]) {
    case "bigint":
      return parseLong(name, text);
    case "float":
      return parseFloatCell(name, text, type);
    case "integer":
      return parseInteger(name, text);
  }
}

/**
 * Reads a number of a column of floats. A fraction becomes the nearest float; a
 * number that would become infinite, zero or another integer is refused.
 */
function parseFloatCell(name: string, text: string, type: ColumnType): number {
  const isFinite = DECIMAL.test(text);
  const number = parseCell(name, text, "a number", () => {
    if (isFinite || NOT_FINITE.includes(text)) return Number(text);
  });
  if (!isFinite) return number;
  const [float, bits] = type === "f32"
    ? [Math.fround(number), 32]
    : [number, 64];
  const isLost = !Number.isFinite(float) ||
    float === 0 && /[1-9]/.test(text.split(/e/i, 1)[0]);
  if (!isLost && (!INTEGER.test(text) || isSameInteger(text, float))) {
    return number;
  }
  const advice = isLost ? "" : ', add ".0" for the nearest one';
  throw new RangeError(
    `"${name}" must be a number that fits ${bits} bits, found "${
      shortened(text)
    }"${advice}`,
  );
}

/** Returns whether an integer is what a float holds, or what it is printed as. */
function isSameInteger(text: string, float: number): boolean {
  const integer = BigInt(text.replace(/^\+/, ""));
  if (integer === BigInt(float)) return true;
  const shown = formatField(float);
  return INTEGER.test(shown) && BigInt(shown) === integer;
}

/** Formats a field of a payload so that reading it gives the same value. */
export function formatField(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Parses a cell; it is malformed if `parse` throws or returns nothing. */
function parseCell<T>(
  name: string,
  text: string,
  expected: string,
  parse: () => T | undefined,
): T {
  try {
    const value = text === "" ? undefined : parse();
    if (value !== undefined) return value;
  } catch {
    // The error below says more.
  }
  throw new SyntaxError(
    `"${name}" must be ${expected}, found "${shortened(text)}"`,
  );
}

/** Shortens a text for an error. */
export function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}
