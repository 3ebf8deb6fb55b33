import { delay } from "@std/async";
import type { Connection } from "./sqlite_schema.ts";
import { SharedRead } from "./shared_read.ts";

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
  connection: Connection,
  section: () => T,
): T | Promise<T> {
  return whenFree(() => {
    if (connection.database.isTransaction) {
      return inSavepoint(connection, section);
    }
    SharedRead.endAll();
    connection.statements.begin.run();
    return inTransaction(connection, section);
  });
}

/**
 * Runs an action that fails while another connection writes, again if need be.
 * SQLite itself could wait, but the other connection may belong to this very
 * process, which must go on meanwhile.
 */
export function whenFree<T>(action: () => T): T | Promise<T> {
  try {
    return action();
  } catch (error) {
    if (isBusy(error)) return retry(action);
    throw error;
  }
}

async function retry<T>(action: () => T): Promise<T> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  for (;;) {
    await delay(RETRY_MILLISECONDS * (1 + Math.random()));
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
  }
}

function isBusy(error: unknown): boolean {
  // Only errors of prepared statements have a code, not those of `exec`. The
  // low byte of an extended code is the code that it is a kind of.
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY;
}

function inTransaction<T>(
  { database, statements }: Connection,
  section: () => T,
): T {
  try {
    const result = section();
    statements.commit.run();
    return result;
  } catch (error) {
    // SQLite itself has already rolled back after some errors.
    if (database.isTransaction) statements.rollback.run();
    throw error;
  }
}

function inSavepoint<T>({ database }: Connection, section: () => T): T {
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
