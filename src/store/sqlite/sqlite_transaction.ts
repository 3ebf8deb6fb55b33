import type { MaybePromise } from "../core/mod.ts";
import { SharedRead } from "./shared_read.ts";
import type { Connection } from "./sqlite_connection.ts";
import { whenFree } from "./when_free.ts";

/**
 * Runs a synchronous section, whose writes are kept all or not at all: in a
 * transaction of its own, or as a part of the one that is open.
 */
export function atomically<T>(
  connection: Connection,
  section: () => T,
  signal?: AbortSignal,
): MaybePromise<T> {
  return whenFree(() => {
    if (connection.database.isTransaction) {
      return inSavepoint(connection, section);
    }
    SharedRead.endAll();
    connection.statements.begin.run();
    return inTransaction(connection, section);
  }, signal);
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
    // After some errors SQLite has already rolled back.
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
