import { isMachineName } from "../../../internal/mod.ts";
import { isEntryPath, isNormalPath } from "../../platform/mod.ts";

/** A check that a value of a journal is what it must be. */
export type Guard<T> = (value: unknown) => value is T;

/** A check for each field but the one that tells the type, the optional ones too. */
export type FieldChecks<E> = {
  readonly [Name in Exclude<keyof Required<E>, "event" | "part">]: Guard<
    Name extends keyof E ? E[Name] : never
  >;
};

/**
 * Tells whether an object has these fields, each valid, its type beside them,
 * and no other.
 */
export function hasFields(
  value: object,
  fields: Iterable<readonly [string, Guard<unknown>]>,
): boolean {
  let known = 1;
  for (const [name, isValid] of fields) {
    const field = Reflect.get(value, name);
    if (!isValid(field)) return false;
    if (field !== undefined) known++;
  }
  // JSON has no undefined, so a field that is not counted is a foreign one.
  return Object.keys(value).length === known;
}

/** Allows a field to be missing. */
export function optional<T>(isValid: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined =>
    value === undefined || isValid(value);
}

/** An array of such values. */
export function listOf<T>(isValid: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.every(isValid);
}

/** An object with these fields and no other. */
export function objectOf<T extends object>(checks: FieldChecks<T>): Guard<T> {
  const fields = Object.entries<Guard<unknown>>(checks);
  return (value): value is T =>
    typeof value === "object" && value !== null && !("event" in value) &&
    hasFields({ ...value, event: true }, fields);
}

/** An object with such values under names of its own. */
export function recordOf<T>(
  isValid: Guard<T>,
): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every(isValid);
}

/** One of some texts. */
export function oneOf<T extends string>(...texts: readonly T[]): Guard<T> {
  const known: ReadonlySet<unknown> = new Set(texts);
  return (value): value is T => known.has(value);
}

/** A flag, which is left out where it does not hold. */
export function isTrue(value: unknown): value is true {
  return value === true;
}

/** Any text. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** A text that is not empty. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** The id of a member. */
export function isMemberId(value: unknown): value is string {
  return typeof value === "string" && MEMBER_ID.test(value);
}

/** The operating system's number of the process, and eight random digits. */
const MEMBER_ID = /^\d{1,10}-[0-9a-f]{8}$/;

/** The name of a machine. */
export function isMachine(value: unknown): value is string {
  return typeof value === "string" && isMachineName(value);
}

/** A whole number that is not negative. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Unix time in milliseconds. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LATEST_TIME;
}

/** The latest time that a `Date` can show, in ms. */
const LATEST_TIME = 8.64e15;

/** A path inside, relative and normal, and not in the system directory. */
export function isEntry(value: unknown): value is string {
  return typeof value === "string" && isEntryPath(value);
}

/** Such a path, or `""`, which is `capioDir` itself. */
export function isEntryOrRoot(value: unknown): value is string {
  return value === "" || isEntry(value);
}

/** A relative, normal path, also one in the system directory, or `capioDir` itself. */
export function isNormalOrRoot(value: unknown): value is string {
  return value === "" || typeof value === "string" && isNormalPath(value);
}
