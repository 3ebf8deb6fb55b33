/** The result code of SQLite for a lock that another connection holds. */
const SQLITE_BUSY = 5;

/** Whether an error of `node:sqlite` says that another connection is at work. */
export function isSqliteBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as { errcode?: number };
  // The upper bits tell which of the kinds of being busy it is.
  return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY;
}
