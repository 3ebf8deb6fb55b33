/** What may be a number that is rounded: many digits, or an exponent. */
const SUSPECT = /\d[\d.]{15,}|\d[eE][+-]?\d/;

/** Digits that tell every number from its neighbours. */
const SIGNIFICANT_DIGITS = 17;

/** A number in a text that no number of JavaScript stands for. */
class InexactNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/**
 * Parses JSON as `JSON.parse` does, but refuses numbers that it would silently
 * make others of: integers that would be rounded, what is too large or too
 * small, and fractions of more than 17 digits.
 *
 * @param text The text.
 * @param name The name of the value in errors, for instance `metadata`.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {RangeError} If a number would change; the message has its place.
 */
export function parseExactJson(text: string, name: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  let isExact = true;
  const value: unknown = JSON.parse(
    text,
    (_key, value: unknown, context?: { readonly source?: string }) => {
      const { source } = context ?? {};
      if (typeof value !== "number" || source === undefined) return value;
      if (isSameNumber(source, value)) return value;
      isExact = false;
      return new InexactNumber(source);
    },
  );
  if (isExact) return value;
  const [path, source] = placeOf(value, name) ?? [name, ""];
  throw new RangeError(
    `"${path}" must be a number that JavaScript holds exactly, found ` +
      `${shortened(source)}: make it a string`,
  );
}

/** Returns whether a decimal text means the number that was made of it. */
function isSameNumber(text: string, number: number): boolean {
  if (!Number.isFinite(number)) return false;
  const written = decimalOf(text);
  const shown = decimalOf(String(number));
  if (written.digits === shown.digits) {
    return written.exponent === shown.exponent;
  }
  // The digits of a fraction may be more than it takes to tell it from others.
  const isFraction = written.exponent < 0;
  return isFraction && shown.digits !== "" &&
    written.digits.length <= SIGNIFICANT_DIGITS;
}

/** The digits of a decimal number as an integer, and its power of ten. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [, whole = "", fraction = "", power = "0"] =
    /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return { digits, exponent: 0 };
  const zeros = all.length - digits.length;
  return { digits, exponent: Number(power) - fraction.length + zeros };
}

function placeOf(
  value: unknown,
  path: string,
): readonly [path: string, source: string] | undefined {
  if (value instanceof InexactNumber) return [path, value.source];
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const inner = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    const place = placeOf(item, inner);
    if (place !== undefined) return place;
  }
  return undefined;
}

function shortened(source: string): string {
  return source.length > 50 ? `${source.slice(0, 50)}...` : source;
}
