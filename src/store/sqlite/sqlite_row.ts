import {
  isStoredMetadata,
  isStoredSize,
  isStoredTime,
  type Metadata,
  quoted,
  StoreError,
  type ValueInfo,
} from "../core/mod.ts";
import { isDatabaseDamaged } from "./sqlite_errors.ts";
import type { FoundRow } from "./sqlite_schema.ts";

/** The row of a value that can be read. */
export interface ValueRow {
  readonly info: ValueInfo;
  /** The bytes, or the number of the upload that has them. */
  readonly content: Uint8Array | number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * Checks a row. Its types are those of its columns; any value may stand in it.
 *
 * @throws {StoreError} `DAMAGED` for a row that no store has written.
 */
export function valueRow(key: string, row: FoundRow): ValueRow {
  const [text, size, created, modified, bytes, upload] = row;
  const metadata = storedMetadata(text);
  const content = bytes ?? upload;
  if (
    metadata && isStoredSize(size) && isStoredTime(created) &&
    isStoredTime(modified) && isContent(content, size)
  ) {
    return { info: { metadata, size, created, modified }, content };
  }
  throw damagedRow(key, "the row of a value of this store, found another");
}

/** Returns the metadata of a row, or nothing if they are damaged. */
export function storedMetadata(text: unknown): Metadata | undefined {
  try {
    const metadata: unknown = JSON.parse(String(text));
    return isStoredMetadata(metadata) ? metadata : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the key of a row, or nothing if it is damaged. */
export function storedKey(bytes: unknown): string | undefined {
  try {
    return decoder.decode(bytes as Uint8Array);
  } catch {
    return undefined;
  }
}

/** Runs a read of the row of a key, with an error that has the key. */
export function readingRow<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadableRow(key, error);
  }
}

/** Returns the error of a row that cannot be read, or any other as it is. */
export function unreadableRow(key: string, error: unknown): unknown {
  if (!isUnreadable(error)) return error;
  const { message } = error as Error;
  return damagedRow(key, `a row to read, found: ${message}`, { cause: error });
}

/** Returns whether an error says that a row cannot be read, now or later. */
export function isUnreadable(error: unknown): boolean {
  const { code } = error as { code?: string };
  // An integer beyond those that a number can hold.
  return code === "ERR_OUT_OF_RANGE" || isDatabaseDamaged(error);
}

/** Makes the error of a row that no store has written. */
export function damagedRow(
  key: string,
  expectedAndFound: string,
  options?: ErrorOptions,
): StoreError {
  return new StoreError(
    "DAMAGED",
    `Cannot read the key ${
      quoted(key)
    }: expected ${expectedAndFound}: delete the key to go on without it`,
    options,
  );
}

function isContent(
  content: unknown,
  size: number,
): content is Uint8Array | number {
  return content instanceof Uint8Array
    ? content.length === size
    : Number.isSafeInteger(content);
}
