import type { DatabaseSync } from "node:sqlite";
import { denoErrors } from "./deno_errors.ts";
import { runtimeName } from "./runtime.ts";

type Options = ConstructorParameters<typeof DatabaseSync>[1];

/**
 * Opens a database. The library is loaded for the first one: some runtimes lack
 * it.
 */
export function openSqlite(path: string, options: Options = {}): DatabaseSync {
  // deno-lint-ignore no-process-global
  const library = process.getBuiltinModule("node:sqlite");
  if (library) return new library.DatabaseSync(path, options);
  throw new denoErrors.NotSupported(
    `SQLite needs "node:sqlite", which ${runtimeName()} lacks: use Deno, Node.js 24 or a MemoryStore`,
  );
}
