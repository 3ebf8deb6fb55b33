import { closeSync, constants, openSync, readSync } from "node:fs";
import {
  type EntryInfo,
  kindOfEntry,
  lstatIfThere,
} from "../../internal/mod.ts";
import { quoted, StoreError } from "../core/mod.ts";

const NO_FOLLOW: number | undefined = constants.O_NOFOLLOW;
const READ_FLAGS = constants.O_RDONLY | (NO_FOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/** Bytes of most files with a record: they are read at once. */
const START_BYTES = 69_632;
const start = new Uint8Array(START_BYTES);

/** Where an entry of the store is, and for which key, as far as is known. */
export interface EntryPlace {
  readonly path: string;
  readonly key?: string;
}

/**
 * Looks at a file of the store directly before it is opened: a link would lead
 * out of the store, and a pipe or a device never end.
 *
 * @returns Nothing if there is none.
 * @throws {StoreError} `DAMAGED` if it is anything but a file.
 */
export function realFile(place: EntryPlace): EntryInfo | undefined {
  const info = lstatIfThere(place.path);
  if (info === undefined || info.isFile) return info;
  throw damagedEntry(place, `a file, found ${kindOfEntry(info)}`);
}

/**
 * Reads a file of the store, whole. Nothing is read through a link, and nothing
 * is waited for, even if the entry is replaced meanwhile.
 *
 * @returns Nothing if there is none.
 * @throws {StoreError} `DAMAGED` if it is anything but a file, longer than
 * `most` bytes, or not to be read by this process.
 */
export function readRealFile(
  place: EntryPlace,
  most: number,
): Uint8Array<ArrayBuffer> | undefined {
  // Windows has no such flag.
  if (!NO_FOLLOW) realFile(place);
  let file: number | undefined;
  try {
    file = openSync(place.path, READ_FLAGS);
    const length = readSync(file, start, 0, start.length, null);
    if (length > 0 && length < start.length) return start.slice(0, length);
  } catch (error) {
    return explainUnreadable(place, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return readLongFile(place, most);
}

function readLongFile(
  place: EntryPlace,
  most: number,
): Uint8Array<ArrayBuffer> | undefined {
  const info = realFile(place);
  if (info === undefined) return undefined;
  if (info.size > most) {
    throw damagedEntry(place, `at most ${most} bytes, found ${info.size}`);
  }
  try {
    return Deno.readFileSync(place.path);
  } catch (error) {
    return explainUnreadable(place, error);
  }
}

/** The errors of `node:fs` have other classes than those of `Deno`. */
function explainUnreadable(place: EntryPlace, error: unknown): undefined {
  if (!(error instanceof Error)) throw error;
  const { code } = error as { code?: string };
  if (code === "ENOENT") return undefined;
  // Only a system error is one of the entry, not for instance a permission of
  // Deno that is missing.
  if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
  const info = lstatIfThere(place.path);
  if (info === undefined) return undefined;
  const found = info.isFile ? error.message : kindOfEntry(info);
  const options = { cause: error };
  throw damagedEntry(place, `a file to read, found ${found}`, options);
}

/**
 * Looks at a directory of the store directly before it is used.
 *
 * @returns Whether it is there.
 * @throws {StoreError} `DAMAGED` if it is anything but a directory.
 */
export function isRealDirectory(path: string): boolean {
  const info = lstatIfThere(path);
  if (info === undefined) return false;
  if (info.isDirectory) return true;
  throw new StoreError(
    "DAMAGED",
    `Cannot use "${path}" for a store: expected a directory, found ${
      kindOfEntry(info)
    }: remove it, or choose another directory`,
  );
}

/** Makes the error of an entry that no store has written. */
export function damagedEntry(
  { path, key }: EntryPlace,
  expectedAndFound: string,
  options?: ErrorOptions,
): StoreError {
  const of = key === undefined ? "" : ` of the key ${quoted(key)}`;
  return new StoreError(
    "DAMAGED",
    `Cannot read "${path}"${of}: expected ${expectedAndFound}: delete the key, or remove the file, to go on without it`,
    options,
  );
}

/** Returns whether an error says that an entry is damaged. */
export function isDamaged(error: unknown): boolean {
  return error instanceof StoreError && error.code === "DAMAGED";
}
