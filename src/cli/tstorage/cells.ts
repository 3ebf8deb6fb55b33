import {
  COLUMN_VALUE_KINDS,
  type ColumnType,
  fromUnixNs,
  TStorageDateTime,
} from "../../tstorage/mod.ts";

/** Characters of a malformed cell that an error shows. */
const MOST_SHOWN = 50;

/**
 * Reads an integer that a `number` can hold.
 *
 * @throws {SyntaxError} If the text is not an integer.
 */
export function parseInteger(name: string, text: string): number {
  return parseCell(name, text, "an integer", () => {
    const number = Number(text);
    if (Number.isInteger(number)) return number;
  });
}

/**
 * Reads an integer of any size.
 *
 * @throws {SyntaxError} If the text is not an integer.
 */
export function parseLong(name: string, text: string): bigint {
  return parseCell(name, text, "an integer", () => BigInt(text));
}

/**
 * Reads a time: TStorage nanoseconds, or a point in time in ISO 8601.
 *
 * @throws {SyntaxError} If the text is neither.
 */
export function parseTime(name: string, text: string): bigint {
  const expected = "nanoseconds, or a time such as 2024-01-01T00:00:00Z";
  return parseCell(name, text, expected, () => {
    if (/^[+-]?\d+$/.test(text)) return BigInt(text);
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
      return parseCell(name, text, "a number", () => {
        const number = Number(text);
        if (text === "NaN" || !Number.isNaN(number)) return number;
      });
    case "integer":
      return parseInteger(name, text);
  }
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
