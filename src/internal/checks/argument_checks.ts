import { madeAtCaller } from "./caller_stack.ts";
import { inspect } from "./inspect.ts";

/** Bounds of {@linkcode checkInteger}. */
export interface IntegerBounds {
  /** @default {-Infinity} */
  readonly min?: number;
  /** @default {Infinity} */
  readonly max?: number;
  /**
   * Accepts `Infinity` besides the integers.
   *
   * @default {false}
   */
  readonly orInfinity?: boolean;
}

/**
 * Throws unless `value` is an integer within the bounds: a `TypeError` when
 * it is no number, a `RangeError` when it is a number that does not fit.
 */
export function checkInteger(
  name: string,
  value: unknown,
  bounds: IntegerBounds = {},
): asserts value is number {
  const { min = -Infinity, max = Infinity, orInfinity = false } = bounds;
  if (orInfinity && value === Infinity) return;
  if (Number.isSafeInteger(value)) {
    const integer = value as number;
    if (min <= integer && integer <= max) return;
  }
  throw refusedNumber(name, expectedInteger(bounds), value);
}

/**
 * Throws unless `value` is a number of at least 0, `Infinity` included: a
 * `TypeError` when it is no number, a `RangeError` when it does not fit.
 */
export function checkNonNegative(
  name: string,
  value: unknown,
): asserts value is number {
  if (typeof value === "number" && value >= 0) return;
  throw refusedNumber(name, "a non-negative number", value);
}

/**
 * Throws unless `value` is a number other than `NaN`: a `TypeError` when it is
 * no number, a `RangeError` for `NaN`.
 */
export function checkNumber(
  name: string,
  value: unknown,
): asserts value is number {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw refusedNumber(name, "a number", value);
}

/**
 * Throws unless `value` is a number above 0, `Infinity` included: a `TypeError`
 * for what is no number, a `RangeError` for one that does not fit.
 */
export function checkPositive(
  name: string,
  value: unknown,
): asserts value is number {
  if (typeof value === "number" && value > 0) return;
  throw refusedNumber(name, "a positive number", value);
}

/** Throws a `TypeError` unless `value` is a string. */
export function checkString(
  name: string,
  value: unknown,
): asserts value is string {
  if (typeof value !== "string") throw refused(name, "a string", value);
}

/**
 * Throws unless `value` is a string of at least one character: a `TypeError`
 * for what is no string, a `RangeError` for an empty one.
 */
export function checkNonEmptyString(
  name: string,
  value: unknown,
): asserts value is string {
  const expected = "a non-empty string";
  if (typeof value !== "string") throw refused(name, expected, value);
  if (value === "") throw outOfRange(name, expected, value);
}

/**
 * Throws unless `value` can be the path of a file: a `TypeError` for what is no
 * string, a `RangeError` for an empty one, for one with a NUL and for one with a
 * lone surrogate. To the layers below, these mean something else: a temporary
 * file, the part before, or the same file as other such names.
 */
export function checkPath(
  name: string,
  value: unknown,
): asserts value is string {
  checkNonEmptyString(name, value);
  if (value.includes("\0")) {
    throw outOfRange(name, "a path without the character NUL", value);
  }
  if (value.isWellFormed()) return;
  throw outOfRange(name, "a path without lone surrogates", value);
}

/** Throws a `TypeError` unless `value` is an array of non-empty strings. */
export function checkStrings(
  name: string,
  value: unknown,
): asserts value is readonly string[] {
  const isRight = Array.isArray(value) &&
    value.every((it) => typeof it === "string" && it !== "");
  if (!isRight) throw refused(name, "an array of non-empty strings", value);
}

/** Throws a `TypeError` unless `value` is `true` or `false`. */
export function checkBoolean(
  name: string,
  value: unknown,
): asserts value is boolean {
  if (typeof value !== "boolean") throw refused(name, "true or false", value);
}

/** Throws a `TypeError` unless `value` is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw refused(name, "a function", value);
}

/**
 * Throws a `TypeError` unless `value` is absent, or can be told of progress: a
 * function, or an object with a `step` method.
 */
export function checkReporter(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  const { step } = Object(value) as { step?: unknown };
  if (typeof step === "function") return;
  throw refused(name, 'a function or an object with a "step" method', value);
}

/** Throws a `TypeError` unless `value` is absent or an `AbortSignal`. */
export function checkSignal(
  name: string,
  value: unknown,
): asserts value is AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return;
  throw refused(name, "an AbortSignal", value);
}

/**
 * Throws a `TypeError` unless `value` is an iterable or an async iterable. A
 * string is refused, because its characters are never what was meant.
 *
 * @param expected What it must be, such as `a list or stream of keys`.
 */
export function checkIterable(
  name: string,
  value: unknown,
  expected: string,
): void {
  const isIterable = typeof value === "object" && value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
  if (!isIterable) throw refused(name, expected, value);
}

/** Throws a `TypeError` unless `value` is one of the strings in `choices`. */
export function checkOneOf<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (choices.includes(value as T)) return;
  const quoted = choices.map((choice) => `"${choice}"`);
  const last = quoted.pop();
  const expected = quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : last;
  throw refused(name, `${expected}`, value);
}

/** Makes the `TypeError` for an argument of the wrong type. */
export function refused(
  name: string,
  expected: string,
  found: unknown,
  options?: ErrorOptions,
): TypeError {
  const message = refusal(name, expected, found);
  return madeAtCaller(() => new TypeError(message, options));
}

/** Makes the `RangeError` for an argument that does not fit. */
export function outOfRange(
  name: string,
  expected: string,
  found: unknown,
  options?: ErrorOptions,
): RangeError {
  const message = refusal(name, expected, found);
  return madeAtCaller(() => new RangeError(message, options));
}

function refusedNumber(name: string, expected: string, found: unknown): Error {
  return typeof found === "number"
    ? outOfRange(name, expected, found)
    : refused(name, expected, found);
}

function refusal(name: string, expected: string, found: unknown): string {
  return `"${name}" must be ${expected}, found ${inspect(found)}`;
}

function expectedInteger(
  { min = -Infinity, max = Infinity, orInfinity }: IntegerBounds,
): string {
  const end = orInfinity ? " or Infinity" : "";
  if (max !== Infinity) return `an integer from ${min} to ${max}${end}`;
  if (min === 1) return `a positive integer${end}`;
  if (min === 0) return `a non-negative integer${end}`;
  return min === -Infinity
    ? `an integer${end}`
    : `an integer from ${min}${end}`;
}
