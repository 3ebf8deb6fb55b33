import { DatabaseSync, type StatementSync } from "node:sqlite";
import { SharedRead } from "./shared_read.ts";
import { whenFree } from "./sqlite_transaction.ts";
import { StoreError } from "../core/store_error.ts";

/** SQLite's result code for a file that is something else. */
const SQLITE_NOTADB = 26;
/** Tells the database of a store from any other ("slce"). */
const APPLICATION_ID = 0x736c6365;

/**
 * How long to wait for another process without letting anything else happen in
 * this one: longer than a single write takes.
 */
const SYNC_WAIT_MILLISECONDS = 20;

/** So much of the journal of a large transaction is kept for the next one. */
const JOURNAL_BYTES = 67_108_864;

/**
 * A value that is small has its bytes in `bytes`, any other in the chunks of
 * its `upload`, of which all but the last have the same size. Keys are UTF-8
 * in a BLOB, for a text would end at its first NUL when it is read.
 *
 * A row of `upload` says that its chunks are still being written; it goes when
 * a value takes them.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS value (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    metadata TEXT NOT NULL,
    size INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    bytes BLOB,
    upload INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS chunk (
    upload INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (upload, number)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS value_upload ON value (upload)
    WHERE upload IS NOT NULL;
  CREATE TABLE IF NOT EXISTS upload (
    id INTEGER PRIMARY KEY,
    touched INTEGER NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** What `find` returns: an array takes less time than an object. */
export type FoundRow = readonly [
  metadata: string,
  size: number,
  created: number,
  modified: number,
  bytes: Uint8Array | null,
  upload: number | null,
];

/** What Deno's types do not know of its statements. */
interface ReturningArrays {
  setReturnArrays(enabled: boolean): void;
}

/** Every statement of the store; those about a key are given it as a text. */
const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  find: `
    SELECT metadata, size, created, modified, bytes, upload FROM value
    WHERE key = CAST(? AS BLOB)`,
  keepReading: "SELECT 1 FROM sqlite_schema",
  old: "SELECT metadata, upload FROM value WHERE key = CAST(? AS BLOB)",
  set: `
    INSERT INTO value (key, metadata, size, created, modified, bytes, upload)
    VALUES (CAST(:key AS BLOB), :metadata, :size, :now, :now, :bytes, :upload)
    ON CONFLICT (key) DO UPDATE SET metadata = excluded.metadata,
      size = excluded.size, modified = excluded.modified,
      bytes = excluded.bytes, upload = excluded.upload`,
  setMetadata: `
    UPDATE value SET metadata = ?, modified = ? WHERE key = CAST(? AS BLOB)`,
  remove: "DELETE FROM value WHERE key = CAST(? AS BLOB)",
  count: "SELECT count(*) AS count FROM value",
  lastId: "SELECT max(id) AS id FROM value",
  page: `
    SELECT id, key, metadata FROM value WHERE id > ? AND id <= ?
    ORDER BY id LIMIT 256`,
  beginUpload: "INSERT INTO upload (id, touched) VALUES (?, ?)",
  touchUpload: "UPDATE upload SET touched = ? WHERE id = ?",
  endUpload: "DELETE FROM upload WHERE id = ?",
  addChunk: "INSERT INTO chunk (upload, number, bytes) VALUES (?, ?, ?)",
  chunk: "SELECT bytes FROM chunk WHERE upload = ? AND number = ?",
  removeChunks: `
    DELETE FROM chunk WHERE upload = :upload
      AND NOT EXISTS (SELECT 1 FROM value WHERE upload = :upload)`,
  forgetUploads: "DELETE FROM upload WHERE touched < ?",
  removeOrphans: `
    DELETE FROM chunk WHERE upload IN (
      SELECT upload FROM chunk
      EXCEPT SELECT upload FROM value
      EXCEPT SELECT id FROM upload
    )`,
} as const;

/** Every statement, prepared. */
export type Statements = Record<keyof typeof STATEMENTS, StatementSync>;

/** An open database, with the statements of a store. */
export interface Connection {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly sharedRead: SharedRead;
}

/**
 * Opens the database of a store, and makes it one if it is empty. Anything that
 * reads it may have to wait for the process that closes it last.
 */
export async function openDatabase(
  path: string,
  durable: boolean,
): Promise<Connection> {
  const database = new DatabaseSync(path, { timeout: SYNC_WAIT_MILLISECONDS });
  try {
    return await whenFree(() => {
      if (!isOurs(database, path)) {
        database.prepare("PRAGMA journal_mode = WAL").get();
        database.prepare("BEGIN IMMEDIATE").run();
        database.exec(SCHEMA + "COMMIT");
      }
      const synchronous = durable ? "FULL" : "NORMAL";
      database.prepare(`PRAGMA synchronous = ${synchronous}`).run();
      database.prepare(`PRAGMA journal_size_limit = ${JOURNAL_BYTES}`).get();
      const statements = prepareStatements(database);
      const sharedRead = new SharedRead(statements.keepReading);
      return { database, statements, sharedRead };
    });
  } catch (error) {
    database.close();
    const { errcode } = error as { errcode?: number };
    if (errcode !== SQLITE_NOTADB) throw error;
    throw notOurs(path, "no database of SQLite", { cause: error });
  }
}

/**
 * Whether the database is that of a store. One that is empty may become it,
 * unless its texts, which keys are given as, are to be UTF-16.
 */
function isOurs(database: DatabaseSync, path: string): boolean {
  const id = database.prepare("PRAGMA application_id").get()?.application_id;
  if (id === APPLICATION_ID) return true;
  const table = database.prepare("SELECT 1 FROM sqlite_schema").get();
  const encoding = database.prepare("PRAGMA encoding").get()?.encoding;
  if (!table && encoding === "UTF-8") return false;
  throw notOurs(path, "the database of something else than a store");
}

function notOurs(
  path: string,
  found: string,
  options?: ErrorOptions,
): StoreError {
  const message = `Cannot open "${path}": it is ${found}`;
  return new StoreError("DAMAGED", message, options);
}

function prepareStatements(database: DatabaseSync): Statements {
  const entries = Object.entries(STATEMENTS);
  const statements = Object.fromEntries(
    entries.map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Statements;
  (statements.find as unknown as ReturningArrays).setReturnArrays(true);
  return statements;
}
