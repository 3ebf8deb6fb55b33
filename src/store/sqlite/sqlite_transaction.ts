import type { MaybePromise } from "../core/mod.ts";
import { SharedRead } from "./shared_read.ts";
import type { Connection } from "./sqlite_connection.ts";
import { isDiskFull } from "./sqlite_errors.ts";
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
    try {
      return inTransaction(connection, section);
    } catch (error) {
      // Perhaps there is room in the log for what is to be written to it.
      const mayFit = isDiskFull(error) && connection.room?.shortenLog();
      if (!mayFit) throw error;
      return inTransaction(connection, section);
    }
  }, signal);
}

function inTransaction<T>(
  { database, statements }: Connection,
  section: () => T,
): T {
  statements.begin.run();
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
    // On a full disk SQLite has already rolled back all of the transaction.
    if (database.isTransaction) database.exec("ROLLBACK TO part");
    throw error;
  } finally {
    if (database.isTransaction) database.exec("RELEASE part");
  }
}
