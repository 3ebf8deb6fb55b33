import { StoreError } from "../core/mod.ts";

/** The result codes of SQLite for a damaged database, and for no database. */
const DAMAGE: readonly number[] = [11, 26];

/** Returns whether an error says that SQLite cannot make sense of its file. */
export function isDatabaseDamaged(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof StoreError) return isDatabaseDamaged(error.cause);
  const { errcode = 0 } = error as { errcode?: number };
  return DAMAGE.includes(errcode & 0xff);
}

/** Runs an action, with the error of a store for a damaged database. */
export function unlessDamaged<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explained(error);
  }
}

/** Returns the error of a store if the database is damaged, else the error. */
export function explained(error: unknown): unknown {
  if (error instanceof StoreError || !isDatabaseDamaged(error)) return error;
  const { message } = error as Error;
  return new StoreError(
    "DAMAGED",
    `Cannot use the database: expected one that SQLite can read, found "${message}": copy what can be read to another`,
    { cause: error },
  );
}
