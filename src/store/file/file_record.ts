import { existsSync } from "node:fs";
import { outOfRange } from "../../internal/mod.ts";
import {
  type Change,
  changedMetadata,
  isStoredMetadata,
  isStoredSize,
  isStoredTime,
  type Metadata,
  quoted,
} from "../core/mod.ts";
import { damagedEntry, readRealFile } from "./file_entry.ts";
import { fileName, isBlobName, keyNameOfBlob } from "./file_names.ts";

/**
 * The first line of a key's file, as JSON. Behind it are the bytes of a small
 * value, or nothing if they are in a file of their own.
 */
export interface FileRecord {
  readonly key: string;
  readonly metadata: Metadata;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** The name of the file with the bytes, if they are not in this one. */
  readonly blob?: string;
}

/** A record with the data behind it. */
export interface DecodedRecord {
  readonly record: FileRecord;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Most bytes of a key's file, with the metadata and a small value. */
const MOST_BYTES = 64 * 2 ** 20;
const LINE_FEED = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Returns the content of a key's file. */
export function encodeRecord(
  record: FileRecord,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const line = encoder.encode(JSON.stringify(record));
  const bytes = new Uint8Array(line.length + 1 + data.length);
  if (bytes.length > MOST_BYTES) {
    throw outOfRange(
      "metadata",
      `at most ${MOST_BYTES} bytes as JSON`,
      line.length,
    );
  }
  bytes.set(line);
  bytes[line.length] = LINE_FEED;
  bytes.set(data, line.length + 1);
  return bytes;
}

/**
 * Reads the file of a key, if it is there; a link that leads nowhere is not.
 * What is in it is only data: it must be a file, with a record of the key that
 * it is named for.
 *
 * @throws {StoreError} `DAMAGED` if it is anything else.
 */
export function readRecord(
  directory: string,
  name: string,
  key?: string,
): DecodedRecord | undefined {
  const path = `${directory}/${name}`;
  // An error would take longer than everything else here.
  if (!existsSync(path)) return undefined;
  const place = { path, key };
  const bytes = readRealFile(place, MOST_BYTES);
  if (bytes === undefined) return undefined;
  const found = decodeRecord(bytes, path, key);
  const { record } = found;
  if (key === undefined ? fileName(record.key) === name : record.key === key) {
    return found;
  }
  throw damagedEntry(
    place,
    `the record of its key, found that of ${quoted(record.key)}`,
  );
}

/** Returns the record of a key after a change, with the content it then has. */
export function nextRecord(
  key: string,
  change: Change,
  content: Pick<FileRecord, "size" | "blob"> | undefined,
  old: FileRecord | undefined,
): FileRecord {
  const metadata = changedMetadata(key, old?.metadata, change);
  const { size, blob } = content ?? old ?? { size: 0, blob: undefined };
  const modified = Date.now();
  const created = old?.created ?? modified;
  return { key, metadata, size, created, modified, blob };
}

/**
 * Reverses {@linkcode encodeRecord}; the data is a part of `bytes`.
 *
 * @throws {StoreError} `DAMAGED` if they are not a record.
 */
export function decodeRecord(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  key?: string,
): DecodedRecord {
  const length = bytes.indexOf(LINE_FEED);
  const record = length < 0 ? undefined : parse(bytes.subarray(0, length));
  const data = bytes.subarray(length + 1);
  const size = record?.blob === undefined ? record?.size : 0;
  if (record && data.length === size) return { record, data };
  throw damagedEntry(
    { path, key },
    "a record of this store, found other or damaged content",
  );
}

function parse(line: Uint8Array): FileRecord | undefined {
  try {
    const record: unknown = JSON.parse(decoder.decode(line));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is FileRecord {
  if (typeof value !== "object" || value === null) return false;
  const { key, metadata, size, created, modified, blob } = value as {
    [name in keyof FileRecord]?: unknown;
  };
  return typeof key === "string" && key.isWellFormed() &&
    isStoredMetadata(metadata) &&
    isStoredSize(size) && isStoredTime(created) && isStoredTime(modified) &&
    (blob === undefined || isBlobOf(key, blob));
}

/** Any other name could lead out of the store, or to the bytes of another key. */
function isBlobOf(key: string, blob: unknown): boolean {
  return typeof blob === "string" && isBlobName(blob) &&
    keyNameOfBlob(blob) === fileName(key);
}
