import { fromFileUrl } from "@std/path";
import { checkString, refused, shownUrl } from "../internal/mod.ts";
import type { ReadOnlyStore, WaitOptions } from "./core/mod.ts";
import { FileStore } from "./file/mod.ts";
import { MemoryStore } from "./memory/mod.ts";
import { SqliteStore } from "./sqlite/mod.ts";
import { UrlStore } from "./url/mod.ts";

/** Options for {@linkcode openStore}. */
export interface OpenStoreOptions extends WaitOptions {
  /**
   * `true` makes a store of files or a database where there is none.
   *
   * @default {true}
   */
  create?: boolean;
  /**
   * Most bytes of the index of a web server.
   *
   * @default {67_108_864}
   */
  maxIndexBytes?: number;
}

/** Makes the store that a URL of its scheme names. */
type MakeStore = (url: string, options: OpenStoreOptions) => ReadOnlyStore;

const BACKENDS: ReadonlyMap<string, MakeStore> = new Map<string, MakeStore>([
  ["file", (url, options) => new FileStore(pathOf(url), options)],
  ["sqlite", (url, options) => new SqliteStore(pathOf(url), options)],
  ["http", (url, options) => new UrlStore(url, options)],
  ["https", (url, options) => new UrlStore(url, options)],
  ["memory", () => new MemoryStore()],
]);

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
 * @param url The URL of the store; a path may be relative, and is then not
 * decoded.
 * @param options What to do where there is no store, and a signal that ends the
 * wait.
 * @returns The store, connected. It is a `Store` if it can be written.
 * @throws {TypeError} If the URL names no kind of store.
 * @throws {Deno.errors.NotFound} If there is no store and `create` is `false`.
 */
export async function openStore(
  url: string,
  options: OpenStoreOptions = {},
): Promise<ReadOnlyStore> {
  checkString("url", url);
  const makeStore = BACKENDS.get(schemeOf(url));
  if (!makeStore) {
    throw refused("url", `a URL that begins with ${schemes()}`, shownUrl(url));
  }
  return await makeStore(url, options).connect(options);
}

function schemes(): string {
  const [last, ...others] = [...BACKENDS.keys()].map((name) => `"${name}:"`)
    .reverse();
  return `${others.reverse().join(", ")} or ${last}`;
}

function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/.exec(url)?.[1] ?? "";
}

function pathOf(url: string): string {
  const path = url.slice(schemeOf(url).length + 1);
  if (path === "") throw refused("url", "a URL with a path", url);
  return path.startsWith("//") ? fromFileUrl(`file:${path}`) : path;
}
