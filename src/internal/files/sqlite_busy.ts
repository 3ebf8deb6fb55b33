/** The result code of SQLite for a lock that another connection holds. */
const SQLITE_BUSY = 5;

/**
 * Returns whether an error of `node:sqlite` says that another connection holds
 * a lock. The errors of `DatabaseSync.exec` do not tell: run what may have to
 * wait as a prepared statement.
 */
export function isSqliteBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as { errcode?: number };
  // The upper bits say which lock it is.
  return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY;
}
