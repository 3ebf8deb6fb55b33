import { existsSync } from "node:fs";
import {
  type Change,
  changedMetadata,
  type Metadata,
  StoreError,
} from "../core/mod.ts";

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
  bytes.set(line);
  bytes[line.length] = LINE_FEED;
  bytes.set(data, line.length + 1);
  return bytes;
}

/** Reads a key's file, if it is there. */
export function readRecord(
  path: string,
): ReturnType<typeof decodeRecord> | undefined {
  // An error would take longer than everything else here.
  if (!existsSync(path)) return undefined;
  try {
    return decodeRecord(Deno.readFileSync(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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

/** Reverses {@linkcode encodeRecord}; the data is a part of `bytes`. */
export function decodeRecord(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
): { record: FileRecord; data: Uint8Array<ArrayBuffer> } {
  const length = bytes.indexOf(LINE_FEED);
  const record = length < 0 ? undefined : parse(bytes.subarray(0, length));
  const data = bytes.subarray(length + 1);
  if (!record || data.length !== (record.blob ? 0 : record.size)) {
    throw new StoreError(
      "DAMAGED",
      `Cannot read "${path}": expected a record of this store, found other or damaged content: remove the file to go on without it`,
    );
  }
  return { record, data };
}

function parse(line: Uint8Array): FileRecord | undefined {
  try {
    const record = JSON.parse(decoder.decode(line));
    return typeof record?.key === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}
