import { denoErrors } from "../../internal/mod.ts";
import { type MaybePromise, StoreError } from "../core/mod.ts";

/** The result codes of SQLite for a damaged database, and for no database. */
const DAMAGE: readonly number[] = [11, 26];

/** Returns whether an error says that SQLite cannot make sense of its file. */
export function isDatabaseDamaged(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StoreError) return isDatabaseDamaged(error.cause);
  const { errcode = 0 } = error as { errcode?: number };
  return DAMAGE.includes(errcode & 0xff);
}

/** SQLite could not write: the disk is full, or what a user may have of it. */
const FULL = 13;
/** The extended codes of the same, where SQLite does not look at the cause. */
const FULL_EXTENDED: readonly number[] = [
  778, // IOERR_WRITE
  1034, // IOERR_FSYNC
  4874, // IOERR_SHMSIZE
];

/** The codes for a database that may only be read. */
const READ_ONLY: readonly number[] = [3, 8];

/** Returns whether an error says that there is no room on the disk. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StoreError) return isDiskFull(error.cause);
  const { errcode = 0 } = error as { errcode?: number };
  return (errcode & 0xff) === FULL || FULL_EXTENDED.includes(errcode);
}

/** Runs a change, and something else where there is no room for it. */
export function unlessFull<T>(
  change: () => MaybePromise<T>,
  otherwise: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  const explain = (error: unknown) => {
    if (isDiskFull(error)) return otherwise(error);
    throw error;
  };
  try {
    const changed = change();
    return changed instanceof Promise ? changed.catch(explain) : changed;
  } catch (error) {
    return explain(error);
  }
}

/** Returns whether an error says that nothing can be written where it is. */
export function isUnwritable(error: unknown): boolean {
  const { errcode = 0 } = error as { errcode?: number };
  // CANTOPEN and IOERR: SQLite cannot make its files beside the database.
  return isDiskFull(error) || isReadOnly(error) ||
    [10, 14].includes(errcode & 0xff);
}

/** Returns whether an error says that this process may not write. */
export function isReadOnly(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === "READ_ONLY";
  if (error instanceof denoErrors.NotCapable) return true;
  const { errcode = 0 } = error as { errcode?: number };
  return READ_ONLY.includes(errcode & 0xff);
}

/** Runs an action, with the error of a store for a damaged database. */
export function unlessDamaged<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explained(error);
  }
}

/** Returns the error of a store for what SQLite cannot do, else the error. */
export function explained(error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const { message } = error;
  if (isDatabaseDamaged(error)) {
    return new StoreError(
      "DAMAGED",
      `Cannot use the database: expected one that SQLite can read, found "${message}": copy what can be read to another`,
      { cause: error },
    );
  }
  if (isDiskFull(error)) {
    return new StoreError(
      "NO_SPACE",
      `Cannot write to the database: expected room on its disk, found "${message}": delete keys or other files`,
      { cause: error },
    );
  }
  if (error instanceof denoErrors.NotCapable) return error;
  return isReadOnly(error) ? readOnlyError(error) : error;
}

/** Makes the error of writing to a database that may only be read. */
export function readOnlyError(cause?: unknown): StoreError {
  return new StoreError(
    "READ_ONLY",
    "Cannot write to the database: this process may only read it: change the permissions of its file and directory",
    { cause },
  );
}
