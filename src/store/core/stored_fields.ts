import type { Metadata } from "./metadata.ts";

/** Levels of JSON that every function which walks through it can take. */
const MOST_LEVELS = 500;
/** The latest time that a `Date` can have, in milliseconds since 1970. */
const LAST_TIME = 8.64e15;

/** Returns whether what was read as metadata from a file, or a row, can be that. */
export function isStoredMetadata(value: unknown): value is Metadata {
  if (!isObject(value) || Array.isArray(value)) return false;
  // Most have one level: this is on the way of every read.
  for (const name in value) {
    if (isObject(value[name])) return hasFewLevels(value);
  }
  return true;
}

/** Returns whether what was read as a number of bytes can be that. */
export function isStoredSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Returns whether what was read as a time can be that, or is not there. */
export function isStoredTime(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LAST_TIME;
}

/** Level by level: what is nested too deep would end a function that recurses. */
function hasFewLevels(value: object): boolean {
  let level: object[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MOST_LEVELS) return false;
    level = level.flatMap((outer) => Object.values(outer).filter(isObject));
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
