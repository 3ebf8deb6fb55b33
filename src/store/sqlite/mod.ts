/**
 * A store in an SQLite database, with transactions.
 *
 * @module
 */
export * from "./sqlite_store.ts";
