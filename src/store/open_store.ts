import { fromFileUrl } from "@std/path";
import { FileStore } from "./file/file_store.ts";
import { MemoryStore } from "./memory/memory_store.ts";
import type { ReadOnlyStore } from "./core/read_only_store.ts";
import { SqliteStore } from "./sqlite/sqlite_store.ts";
import { UrlStore } from "./url/url_store.ts";

/** Options for {@linkcode openStore}. */
export interface OpenStoreOptions {
  /**
   * Whether to make a store of files or a database where there is none.
   *
   * @default {true}
   */
  create?: boolean;
}

/**
 * Connects to the store that a URL names:
 *
 * | URL | store |
 * | --- | --- |
 * | `file:results`, `file:///data/results` | {@linkcode FileStore} |
 * | `sqlite:results.db`, `sqlite:///data/results.db` | {@linkcode SqliteStore} |
 * | `http://…`, `https://…` | {@linkcode UrlStore} |
 * | `memory:` | {@linkcode MemoryStore} |
 *
 * @example Usage
 * ```ts
 * import { openStore } from "@sluice/sluice/store";
 *
 * await using store = await openStore("file:results");
 * for await (const key of store.glob("*.csv")) console.log(key);
 * ```
 *
 * @param url What names the store; a path may be relative, and is then not
 * decoded.
 * @param options What to do where there is no store.
 * @returns The store, connected. It is a `Store` if it can be written.
 * @throws {TypeError} If the URL names no kind of store.
 * @throws {Deno.errors.NotFound} If there is no store and none may be made.
 */
export async function openStore(
  url: string,
  options: OpenStoreOptions = {},
): Promise<ReadOnlyStore> {
  const [, scheme, path] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
  switch (scheme) {
    case "file":
      return await new FileStore(pathOf(url, path), options).connect();
    case "sqlite":
      return await new SqliteStore(pathOf(url, path), options).connect();
    case "http":
    case "https":
      return await new UrlStore(url).connect();
    case "memory":
      return await new MemoryStore().connect();
    default:
      throw new TypeError(
        `url must begin with "file:", "sqlite:", "http:", "https:" or "memory:", found "${url}"`,
      );
  }
}

function pathOf(url: string, path: string): string {
  if (path === "") throw new TypeError(`url must have a path, found "${url}"`);
  return path.startsWith("//") ? fromFileUrl(`file:${path}`) : path;
}
