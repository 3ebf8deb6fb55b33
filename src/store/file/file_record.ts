import type { Metadata } from "../core/metadata.ts";
import { StoreError } from "../core/store_error.ts";

/**
 * What the file of a key says: one line of JSON, and behind it the bytes of a
 * value that is small, or nothing if they are in a file of their own.
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

/** The bytes of a key's file. */
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

/** What {@linkcode encodeRecord} was given; the data is a part of `bytes`. */
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
      `Cannot read "${path}": it is not a file of this store, or is damaged: remove it to go on without`,
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
