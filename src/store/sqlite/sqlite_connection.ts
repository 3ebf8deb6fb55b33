import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  CAREFUL_SQLITE_OPTIONS,
  CAREFUL_SQLITE_PRAGMAS,
  sqlitePath,
  sqliteSchema,
  strangeSqliteFile,
} from "../../internal/mod.ts";
import { StoreError } from "../core/mod.ts";
import { SharedRead } from "./shared_read.ts";
import { isDatabaseDamaged } from "./sqlite_damage.ts";
import { APPLICATION_ID, SCHEMA, STATEMENTS } from "./sqlite_schema.ts";
import { whenFree } from "./when_free.ts";

/**
 * Longest wait for another process that blocks this one: longer than a single
 * write takes.
 */
const SYNC_WAIT_MILLISECONDS = 20;

/** Bytes to which the journal is cut after a large transaction. */
const JOURNAL_BYTES = 67_108_864;

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
}

/**
 * Opens the database of a store, and makes the schema if it is empty. Even a
 * first read may have to wait for the process that closes it last.
 */
export async function openDatabase(
  path: string,
  durable: boolean,
  signal: AbortSignal,
): Promise<Connection> {
  const strange = strangeSqliteFile(path);
  if (strange !== undefined) throw notOurs(path, strange);
  const database = new DatabaseSync(sqlitePath(path), {
    ...CAREFUL_SQLITE_OPTIONS,
    timeout: SYNC_WAIT_MILLISECONDS,
  });
  try {
    database.exec(CAREFUL_SQLITE_PRAGMAS);
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
    }, signal);
  } catch (error) {
    database.close();
    if (!isDatabaseDamaged(error)) throw error;
    throw notOurs(path, "a damaged file or none of SQLite", { cause: error });
  }
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
  const database = new DatabaseSync(":memory:");
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
