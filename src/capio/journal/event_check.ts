import { isEntryPath, isNormalPath } from "../platform/mod.ts";
import type { JournalEvent } from "./event.ts";

/**
 * Tells whether a value of a journal is an event that a member can have written:
 * known fields of known types, paths inside, ids of their own form. All that is
 * found in a journal is only data, whichever program put it there.
 */
export function isEvent(value: unknown): value is JournalEvent {
  if (typeof value !== "object" || value === null) return false;
  if (!("event" in value) || typeof value.event !== "string") return false;
  const fields = FIELDS.get(value.event);
  if (!fields) return false;
  let known = 1;
  for (const [name, isValid] of fields) {
    const field = Reflect.get(value, name);
    if (!isValid(field)) return false;
    if (field !== undefined) known++;
  }
  // JSON has no undefined, so a field that is not counted is a foreign one.
  return Object.keys(value).length === known;
}

type Guard<T> = (value: unknown) => value is T;

/** A check for each field of an event but its type, the optional ones too. */
type FieldChecks<E> = {
  readonly [Name in Exclude<keyof Required<E>, "event">]: Guard<
    Name extends keyof E ? E[Name] : never
  >;
};

const STAMP = { by: isMemberId, time: isTime };

/** The compiler demands an entry for each type of event and for each field. */
const CHECKS: {
  readonly [E in JournalEvent as E["event"]]: FieldChecks<E>;
} = {
  join: {
    ...STAMP,
    app: isName,
    pid: isCount,
    isWorker: optional(isTrue),
  },
  end: {
    ...STAMP,
    member: isMemberId,
    ending: oneOf("left", "failed", "lost"),
  },
  rules: {
    ...STAMP,
    document: optional(isText),
    // The engine checks each rule when the event is folded.
    rules: optional(Array.isArray),
    steps: optional(listOf(isName)),
  },
  open: {
    ...STAMP,
    path: isEntry,
    file: optional(isCount),
    handle: isCount,
  },
  close: {
    ...STAMP,
    handle: isCount,
    failed: optional(isTrue),
    idle: optional(isTrue),
    unchanged: optional(isTrue),
  },
  make: {
    ...STAMP,
    path: isEntry,
    kind: oneOf("file", "directory", "symlink"),
    complete: optional(isTrue),
    replaces: optional(isTrue),
    handle: optional(isCount),
  },
  rename: { ...STAMP, from: isEntry, to: isEntry },
  remove: { ...STAMP, path: isEntry },
  publish: { ...STAMP, file: isCount },
  input: { ...STAMP, path: isEntryOrRoot, file: optional(isCount) },
  miss: { ...STAMP, paths: listOf(isEntryOrRoot), asked: optional(isTrue) },
  found: { ...STAMP, path: isEntryOrRoot },
  given: { ...STAMP, path: isEntryOrRoot },
  read: {
    ...STAMP,
    path: isEntry,
    first: isTime,
    bytes: isCount,
    end: optional(isCount),
    file: optional(isCount),
  },
  size: {
    ...STAMP,
    path: isEntry,
    file: isCount,
    told: isCount,
    size: optional(isCount),
  },
  // A member may wait for a lock of sluice, which lies in its own directory.
  wait: {
    ...STAMP,
    wait: isCount,
    path: isNormalOrRoot,
    why: optional(isText),
  },
};

const FIELDS: ReadonlyMap<string, readonly [string, Guard<unknown>][]> =
  new Map(
    Object.entries(CHECKS)
      .map(([type, checks]) => [type, Object.entries(checks)]),
  );

function optional<T>(isValid: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined =>
    value === undefined || isValid(value);
}

function listOf<T>(isValid: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.every(isValid);
}

function oneOf<T extends string>(...texts: readonly T[]): Guard<T> {
  const known: ReadonlySet<unknown> = new Set(texts);
  return (value): value is T => known.has(value);
}

function isTrue(value: unknown): value is true {
  return value === true;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isMemberId(value: unknown): value is string {
  return typeof value === "string" && MEMBER_ID.test(value);
}

/** The operating system's number of the process, and eight random digits. */
const MEMBER_ID = /^\d{1,10}-[0-9a-f]{8}$/;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LATEST_TIME;
}

/** The latest time that a `Date` can show, in ms. */
const LATEST_TIME = 8.64e15;

function isEntry(value: unknown): value is string {
  return typeof value === "string" && isEntryPath(value);
}

/** `""` is `capioDir` itself. */
function isEntryOrRoot(value: unknown): value is string {
  return value === "" || isEntry(value);
}

function isNormalOrRoot(value: unknown): value is string {
  return value === "" || typeof value === "string" && isNormalPath(value);
}
