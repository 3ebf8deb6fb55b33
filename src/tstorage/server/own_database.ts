import type { DatabaseSync } from "node:sqlite";
import {
  CAREFUL_SQLITE_OPTIONS,
  CAREFUL_SQLITE_PRAGMAS,
  openSqlite,
  sqlitePath,
  sqliteSchema,
  strangeSqliteFile,
} from "../../internal/mod.ts";

/** Tells the database of a server from any other ("slts"). */
const APPLICATION_ID = 0x736c7473;

/**
 * Opens the database of a server, or an empty one, which becomes that. Nothing
 * is changed in any other one, and nothing of others acts in it.
 *
 * @param schema Makes all tables, indexes and triggers of a server that are not
 * there yet.
 * @throws {Error} If there is anything else in it.
 */
export function openOwnDatabase(path: string, schema: string): DatabaseSync {
  const strange = strangeSqliteFile(path);
  if (strange !== undefined) throw notOwn(strange);
  const database = openSqlite(sqlitePath(path), CAREFUL_SQLITE_OPTIONS);
  try {
    database.exec(CAREFUL_SQLITE_PRAGMAS);
    // Before it is read, so that no other process changes it afterwards.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    checkOwn(database, schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes what is not there yet; a new database says whose it is. */
export function makeOwn(database: DatabaseSync, schema: string): void {
  const isNew = sqliteSchema(database).length === 0;
  database.exec(schema);
  // In one that is there already nothing is written: its disk may be full.
  if (isNew) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}

function checkOwn(database: DatabaseSync, schema: string): void {
  const id = database.prepare("PRAGMA application_id").get()?.application_id;
  // Those that were made before servers had a number have none.
  if (id !== APPLICATION_ID && id !== 0) {
    throw notOwn("a database of another program");
  }
  const own = new Set(ownSchema(schema));
  const other = sqliteSchema(database).find((each) => !own.has(each));
  if (other === undefined) return;
  throw notOwn(`"${other.slice(0, 100)}" in it`);
}

function ownSchema(schema: string): string[] {
  const database = openSqlite(":memory:");
  try {
    database.exec(schema);
    return sqliteSchema(database);
  } finally {
    database.close();
  }
}

function notOwn(found: string): Error {
  return new Error(
    `expected what a server has made, or nothing, found ${found}: choose another file`,
  );
}
