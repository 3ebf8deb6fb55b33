import type { DatabaseSync } from "node:sqlite";
import { kindOfEntry, lstatIfThere } from "./entry_kind.ts";
import { isGranted } from "../runtimes/mod.ts";

/** The files of a database: SQLite finds the others by the name of the first. */
const SUFFIXES = ["", "-journal", "-wal", "-shm"] as const;

/** The last bytes of a journal that names another file. */
const JOURNAL_MAGIC = Uint8Array.of(217, 213, 5, 249, 32, 161, 99, 215);

/** How a database is opened in which anything may stand. */
export const CAREFUL_SQLITE_OPTIONS = {
  allowExtension: false,
  defensive: true,
} as const;

/**
 * Lets nothing in the schema of a database call a function that has an effect,
 * and notices damaged pages before they are used.
 */
export const CAREFUL_SQLITE_PRAGMAS =
  "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";

/**
 * Looks at the files of a database directly before it is opened. SQLite would
 * follow a link, wait for a pipe, and remove a file that a journal names.
 *
 * @returns What was found that is no file of a database.
 */
export function strangeSqliteFile(path: string): string | undefined {
  if (path === ":memory:" || path === "") return undefined;
  for (const suffix of SUFFIXES) {
    const file = path + suffix;
    if (suffix !== "" && !mayRead(file)) continue;
    const info = lstatIfThere(file);
    if (info === undefined) continue;
    if (!info.isFile) return `${kindOfEntry(info)} at "${file}"`;
    if (suffix === "-journal" && namesAnotherFile(file)) {
      return `a journal that names another file at "${file}"`;
    }
  }
  return undefined;
}

/** Returns a path that SQLite takes as it is, not for a URI with parameters. */
export function sqlitePath(path: string): string {
  return /^file:/i.test(path) ? `./${path}` : path;
}

/**
 * Returns the definitions of all that is in a database, without what SQLite
 * makes itself for `ANALYZE`.
 */
export function sqliteSchema(database: DatabaseSync): string[] {
  const rows = database.prepare(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema",
  ).all();
  return rows.filter(({ type, name }) =>
    type !== "table" || !/^sqlite_stat[14]$/.test(String(name))
  ).map((row) => Object.values(row).join(" ").replace(/\s+/g, " ").trim())
    .sort();
}

/** A process may have the permission for the database alone. */
function mayRead(path: string): boolean {
  return isGranted({ name: "read", path });
}

function namesAnotherFile(path: string): boolean {
  // deno-lint-ignore no-process-global
  const fs = process.getBuiltinModule("node:fs");
  const journal = fs.openSync(path, "r");
  try {
    const { size } = fs.fstatSync(journal);
    const end = new Uint8Array(JOURNAL_MAGIC.length);
    const at = size - end.length;
    if (at < 0) return false;
    fs.readSync(journal, end, 0, end.length, at);
    return end.every((byte, i) => byte === JOURNAL_MAGIC[i]);
  } finally {
    fs.closeSync(journal);
  }
}
