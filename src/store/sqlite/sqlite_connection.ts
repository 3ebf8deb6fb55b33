import { resolve, toFileUrl } from "@std/path";
import { accessSync, constants, statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  CAREFUL_SQLITE_OPTIONS,
  CAREFUL_SQLITE_PRAGMAS,
  isDeno,
  isGranted,
  lstatIfThere,
  openSqlite,
  sqlitePath,
  sqliteSchema,
  strangeSqliteFile,
} from "../../internal/mod.ts";
import { StoreError } from "../core/mod.ts";
import { SharedRead } from "./shared_read.ts";
import {
  explained,
  isDatabaseDamaged,
  isReadOnly,
  isUnwritable,
  readOnlyError,
} from "./sqlite_errors.ts";
import { releaseReserve, Room } from "./sqlite_room.ts";
import { APPLICATION_ID, SCHEMA, STATEMENTS } from "./sqlite_schema.ts";
import { whenFree } from "./when_free.ts";

/**
 * Longest wait for another process that blocks this one: longer than a single
 * write takes.
 */
const SYNC_WAIT_MILLISECONDS = 20;

/** A method of statements that Deno's types lack. */
interface ReturningArrays {
  setReturnArrays(enabled: boolean): void;
}

/** Every statement, prepared. */
export type Statements = Record<keyof typeof STATEMENTS, StatementSync>;

/** An open database, with the statements of a store. */
export interface Connection {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly sharedRead: SharedRead;
  /** Nothing if the database may only be read. */
  readonly room: Room | undefined;
  /**
   * Throws if others have changed the database since it was opened. Nothing if
   * they cannot do so unnoticed.
   */
  readonly assertUnchanged: (() => void) | undefined;
}

/**
 * How a database is opened: to be read and written, to be read while others may
 * write, or to be read where nothing can be written, not even a lock.
 */
type Access = "write" | "read" | "immutable";

/**
 * Opens the database of a store, and makes the schema if it is empty. Where the
 * process may not write, or there is no room to, it is opened to be read. Even
 * a first read may have to wait for the process that closes it last.
 */
export async function openDatabase(
  path: string,
  durable: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  const open = (access: Access) => openAs(access, path, durable, signal);
  try {
    return await open("write");
  } catch (error) {
    if (!isUnwritable(error) || path === ":memory:") throw error;
    if (!isReadOnly(error) && releaseReserve(path)) {
      const connection = await open("write").catch(() => undefined);
      if (connection) return connection;
    }
    const ways: Access[] = ["read", "immutable"];
    if (isOfAnotherUser(path) && !isLogWaiting(path)) ways.reverse();
    for (const access of ways) {
      const connection = await open(access).catch(() => undefined);
      if (connection) return connection;
    }
    throw isLogWaiting(path) ? unreadableLog(path, error) : explained(error);
  }
}

async function openAs(
  access: Access,
  path: string,
  durable: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  const strange = strangeSqliteFile(path);
  if (strange !== undefined) throw notOurs(path, strange);
  // SQLite would open it all the same, and say so at the first change.
  if (access === "write" && !mayWrite(path)) throw readOnlyError();
  const assertUnchanged = access === "immutable"
    ? unchangedSince(path)
    : undefined;
  const database = openSqlite(
    access === "immutable" ? immutable(path) : sqlitePath(path),
    {
      ...CAREFUL_SQLITE_OPTIONS,
      timeout: SYNC_WAIT_MILLISECONDS,
      readOnly: access !== "write",
    },
  );
  try {
    database.exec(CAREFUL_SQLITE_PRAGMAS);
    return await whenFree(() => {
      if (!isOurs(database, path)) {
        if (access !== "write") throw readOnlyError();
        // Before anything is in it: what is deleted can be given back.
        database.prepare("PRAGMA auto_vacuum = INCREMENTAL").run();
        database.prepare("PRAGMA journal_mode = WAL").get();
        database.prepare("BEGIN IMMEDIATE").run();
        database.exec(SCHEMA + "COMMIT");
      }
      const synchronous = durable ? "FULL" : "NORMAL";
      database.prepare(`PRAGMA synchronous = ${synchronous}`).run();
      const statements = prepareStatements(database);
      const sharedRead = new SharedRead(statements.keepReading);
      const room = access === "write" ? new Room(database, path) : undefined;
      return { database, statements, sharedRead, room, assertUnchanged };
    }, signal);
  } catch (error) {
    database.close();
    if (!isDatabaseDamaged(error) && !isUnsupported(error)) throw error;
    throw notOurs(path, "a damaged file or none of SQLite", { cause: error });
  }
}

/** SQLite has only its most general code for a format that it does not know. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error &&
    error.message === "unsupported file format";
}

/** The files that SQLite would make beside it would lock its owner out. */
function isOfAnotherUser(path: string): boolean {
  if (!isGranted({ name: "sys", kind: "uid" })) return false;
  // deno-lint-ignore no-process-global
  const own = (isDeno ? Deno.uid() : process.getuid?.()) ?? null;
  return own !== 0 && lstatIfThere(path)?.uid !== own;
}

/** To open the file and close it would release the locks of other connections. */
function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    return code === "ENOENT" || path === ":memory:";
  }
}

/** The address of a database that nobody changes: SQLite locks nothing. */
function immutable(path: string): string {
  if (isLogWaiting(path)) throw unreadableLog(path);
  const url = toFileUrl(resolve(path));
  url.search = "immutable=1";
  return url.href;
}

/** Returns whether the last changes of a database are not in its file yet. */
function isLogWaiting(path: string): boolean {
  return (lstatIfThere(`${path}-wal`)?.size ?? 0) > 0;
}

function unreadableLog(path: string, cause?: unknown): StoreError {
  return new StoreError(
    "READ_ONLY",
    `Cannot read "${path}": its last changes are in "${path}-wal", and to read them SQLite has to write beside it, which this process may not: copy both files to where it may`,
    { cause },
  );
}

function unchangedSince(path: string): () => void {
  const look = () => {
    const { ino, size, mtimeMs } = statSync(path);
    return [ino, size, mtimeMs, isLogWaiting(path)].join();
  };
  const before = look();
  return () => {
    if (look() === before) return;
    throw new StoreError(
      "REPLACED",
      `Cannot read from "${path}" any more: another process has changed it, and this one may not lock it: connect again`,
    );
  };
}

/**
 * Returns whether the database is that of a store, with what a store makes and
 * nothing else: a trigger would act whenever the store writes. An empty one may
 * become it, unless its texts, which keys are bound as, are UTF-16.
 */
function isOurs(database: DatabaseSync, path: string): boolean {
  const id = database.prepare("PRAGMA application_id").get()?.application_id;
  const schema = sqliteSchema(database);
  const encoding = database.prepare("PRAGMA encoding").get()?.encoding;
  if (id === APPLICATION_ID && encoding === "UTF-8") {
    if (isEqual(schema, ownSchema())) return true;
    throw notOurs(
      path,
      "one with other tables, indexes, views or triggers than a store makes",
    );
  }
  if (id === 0 && schema.length === 0 && encoding === "UTF-8") return false;
  throw notOurs(path, "a database of another program");
}

/** The schema as SQLite keeps it when a store has just made it. */
function ownSchema(): string[] {
  const database = openSqlite(":memory:");
  try {
    database.exec(SCHEMA);
    return sqliteSchema(database);
  } finally {
    database.close();
  }
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length &&
    one.every((definition, i) => definition === other[i]);
}

function notOurs(
  path: string,
  found: string,
  options?: ErrorOptions,
): StoreError {
  const message =
    `Cannot open "${path}": expected the database of a store or an empty one, found ${found}: choose another path`;
  return new StoreError("DAMAGED", message, options);
}

function prepareStatements(database: DatabaseSync): Statements {
  const entries = Object.entries(STATEMENTS);
  const statements = Object.fromEntries(
    entries.map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Statements;
  (statements.find as unknown as ReturningArrays).setReturnArrays(true);
  // An id may be larger than a number holds, in a database that others made.
  statements.page.setReadBigInts(true);
  statements.ids.setReadBigInts(true);
  return statements;
}
