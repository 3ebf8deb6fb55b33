import type { DatabaseSync } from "node:sqlite";
import { delay } from "@std/async";

/** SQLite's result code for a database that another connection writes to. */
const SQLITE_BUSY = 5;
/** How long to wait for the transaction of another connection. */
const MOST_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 5;

/**
 * Runs a synchronous section that is written as a whole or not at all: in a
 * transaction of its own, or as a part of the one that is open.
 */
export function atomically<T>(
  database: DatabaseSync,
  section: () => T,
): T | Promise<T> {
  if (database.isTransaction) return inSavepoint(database, section);
  return tryBegin(database)
    ? inTransaction(database, section)
    : atomicallyLater(database, section);
}

/** Begins a transaction, when no other connection is in one that writes. */
export async function begin(database: DatabaseSync): Promise<void> {
  for await (const _ of retries()) {
    if (tryBegin(database)) return;
  }
  database.exec("BEGIN IMMEDIATE");
}

async function atomicallyLater<T>(
  database: DatabaseSync,
  section: () => T,
): Promise<T> {
  for await (const _ of retries()) {
    // Meanwhile a transaction may have begun on this connection.
    if (database.isTransaction) return inSavepoint(database, section);
    if (tryBegin(database)) return inTransaction(database, section);
  }
  database.exec("BEGIN IMMEDIATE");
  return inTransaction(database, section);
}

/**
 * When to try again. SQLite itself could wait, but the other connection may
 * belong to this very process, which must go on meanwhile.
 */
async function* retries(): AsyncGenerator<void> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  yield;
  while (performance.now() < deadline) {
    await delay(RETRY_MILLISECONDS * (1 + Math.random()));
    yield;
  }
}

function tryBegin(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}

function inTransaction<T>(database: DatabaseSync, section: () => T): T {
  try {
    const result = section();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite itself has already rolled back after some errors.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function inSavepoint<T>(database: DatabaseSync, section: () => T): T {
  database.exec("SAVEPOINT part");
  try {
    return section();
  } catch (error) {
    database.exec("ROLLBACK TO part");
    throw error;
  } finally {
    database.exec("RELEASE part");
  }
}
