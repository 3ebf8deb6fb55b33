import { outOfRange } from "../../internal/mod.ts";
import {
  type Change,
  type Changed,
  changedMetadata,
  type Metadata,
} from "../core/mod.ts";
import type { SqliteChunks } from "./sqlite_chunks.ts";
import type { Connection } from "./sqlite_connection.ts";
import {
  damagedRow,
  isUnreadable,
  readingRow,
  storedMetadata,
} from "./sqlite_row.ts";
import { MOST_METADATA_BYTES } from "./sqlite_schema.ts";

/** The bytes of a new value: in memory, or in a complete upload. */
export interface Content {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly upload?: number;
}

/** The parts that are open while a store is connected. */
export interface Opened {
  readonly connection: Connection;
  readonly chunks: SqliteChunks;
}

/** What a removed row has said. */
export interface Removed {
  readonly metadata: Metadata;
  readonly upload: unknown;
}

const EMPTY_CONTENT: Content = { size: 0, bytes: new Uint8Array() };

/** Makes the new value of a key the current one, within a transaction. */
export function replaceRow(
  { connection: { statements }, chunks }: Opened,
  key: string,
  change: Change,
  content: Content | undefined,
): Changed {
  const old = readingRow(key, () => statements.old.get(key));
  const before = old && storedMetadata(old.metadata);
  if (old && !before) {
    throw damagedRow(key, "metadata as JSON, found something else");
  }
  const metadata = changedMetadata(key, before, change);
  const text = JSON.stringify(metadata);
  // No character has more than three bytes for each unit of its length.
  if (text.length > MOST_METADATA_BYTES / 3) {
    throw outOfRange(
      "metadata",
      `at most ${MOST_METADATA_BYTES / 3} characters as JSON`,
      text.length,
    );
  }
  const now = Date.now();
  if (old && !content) {
    statements.setMetadata.run(text, now, key);
    return { isNew: false, metadata };
  }
  const { size, bytes = null, upload = null } = content ?? EMPTY_CONTENT;
  if (upload !== null) chunks.take(upload);
  statements.set.run({
    key,
    metadata: text,
    size,
    now,
    bytes,
    upload,
  });
  chunks.remove(old?.upload);
  return { isNew: !old, metadata };
}

/** Removes the row of a key, within a transaction; its chunks stay. */
export function removeRow(
  { statements }: Connection,
  key: string,
): Removed | undefined {
  const old = unlessUnreadable(() => statements.old.get(key));
  if (!old) return undefined;
  statements.remove.run(key);
  // Chunks of a row that cannot be read go when the store is next opened.
  return old === "unreadable"
    ? { metadata: {}, upload: null }
    : { metadata: storedMetadata(old.metadata) ?? {}, upload: old.upload };
}

function unlessUnreadable<T>(read: () => T): T | "unreadable" {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) return "unreadable";
    throw error;
  }
}
