/** The part of `jsr:@std/assert` that sluice uses, over `node:assert`. */
import node from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

export class AssertionError extends Error {
  override name = "AssertionError";
}

export function fail(msg?: string): never {
  throw new AssertionError(
    msg ? `Failed assertion: ${msg}` : "Failed assertion",
  );
}

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is false {
  if (expr) throw new AssertionError(msg);
}

export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  assert(
    actual !== undefined && actual !== null,
    msg ?? `Expected actual: "${actual}" to not be null or undefined.`,
  );
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  node.deepStrictEqual(actual, expected, msg);
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  node.notDeepStrictEqual(actual, expected, msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  node.strictEqual(actual, expected, msg);
}

export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  node.notStrictEqual(actual, expected, msg);
}

export function assertInstanceOf<T>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any
  expectedType: abstract new (...args: any[]) => T,
  msg?: string,
): asserts actual is T {
  assert(
    actual instanceof expectedType,
    msg ?? `Expected an instance of "${expectedType.name}", found ${actual}`,
  );
}

export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  assert(
    actual.includes(expected),
    msg ?? `Expected actual: "${actual}" to contain: "${expected}".`,
  );
}

export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  assert(
    expected.test(actual),
    msg ?? `Expected actual: "${actual}" to match: "${expected}".`,
  );
}

export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((other) => isDeepStrictEqual(item, other))
  );
  assert(missing.length === 0, msg ?? `Missing: ${JSON.stringify(missing)}`);
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  assert(actual > expected, msg ?? `Expect ${actual} > ${expected}`);
}

export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  assert(actual >= expected, msg ?? `Expect ${actual} >= ${expected}`);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  assert(actual < expected, msg ?? `Expect ${actual} < ${expected}`);
}

export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  assert(actual <= expected, msg ?? `Expect ${actual} <= ${expected}`);
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
): unknown {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    return checkError(error, errorClassOrMsg, msgIncludes);
  }
  throw new AssertionError(
    `Expected function to throw, it returned ${String(result)}`,
  );
}

export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
): Promise<unknown> {
  let result: PromiseLike<unknown>;
  try {
    result = fn();
  } catch (error) {
    throw new AssertionError(`Function throws when expected to reject`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    return checkError(error, errorClassOrMsg, msgIncludes);
  }
  throw new AssertionError(
    `Expected function to reject, it resolved to ${String(value)}`,
  );
}

function checkError<E extends Error>(
  error: unknown,
  errorClassOrMsg: ErrorClass<E> | string | undefined,
  msgIncludes = "",
): unknown {
  if (typeof errorClassOrMsg !== "function") return error;
  if (!(error instanceof errorClassOrMsg)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClassOrMsg.name}", found ${error}`,
      { cause: error },
    );
  }
  if (!error.message.includes(msgIncludes)) {
    throw new AssertionError(
      `Expected error message to include "${msgIncludes}", found "${error.message}"`,
      { cause: error },
    );
  }
  return error;
}
