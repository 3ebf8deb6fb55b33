import { fromFileUrl } from "@std/path";
import {
  atCaller,
  checkString,
  isWindows,
  refused,
  shownUrl,
} from "../internal/mod.ts";
import type {
  Metadata,
  ReadOnlyStore,
  Store,
  WaitOptions,
} from "./core/mod.ts";
import { FileStore } from "./file/mod.ts";
import { MemoryStore } from "./memory/mod.ts";
import { NatsStore, type NatsStoreOptions } from "./nats/mod.ts";
import { SqliteStore } from "./sqlite/mod.ts";
import { UrlStore } from "./url/mod.ts";

/** Options for {@linkcode openStore}. */
export interface OpenStoreOptions extends WaitOptions {
  /**
   * `true` makes a store of files, a database or a bucket where there is none.
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
  /**
   * The URL of the index of a web server, relative to that of the store;
   * `false` if there is none.
   *
   * @default {"index.json"}
   */
  index?: string | false;
  /**
   * Who logs in at a NATS server, and how a bucket is made.
   *
   * @default {undefined}
   */
  nats?: Omit<NatsStoreOptions, "create">;
  /**
   * Failures in a row after which a request to a web server is made once more.
   *
   * @default {5}
   */
  retries?: number;
  /**
   * Milliseconds without an answer of a web server, or without a byte of it,
   * after which the connection counts as lost.
   *
   * @default {60_000}
   */
  timeout?: number;
}

/** The URL of a store that can be written. */
export type WritableStoreUrl =
  | `file:${string}`
  | `sqlite:${string}`
  | `nats:${string}`
  | "memory:";

/** Makes the store that a URL of its scheme names. */
type MakeStore = (url: string, options: OpenStoreOptions) => ReadOnlyStore;

const BACKENDS: ReadonlyMap<string, MakeStore> = new Map<string, MakeStore>([
  ["file", (url, options) => new FileStore(pathOf(url), options)],
  ["sqlite", (url, options) => new SqliteStore(databaseOf(url), options)],
  ["http", (url, options) => new UrlStore(url, options)],
  ["https", (url, options) => new UrlStore(url, options)],
  ["memory", (url) => memoryStore(url)],
  ["nats", (url, options) => natsStore(url, options)],
  ["tls", (url, options) => natsStore(url, options)],
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
 * | `nats://HOST:PORT/BUCKET`, `tls://…` | {@linkcode NatsStore} |
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts
 * import { openStore } from "@sluice/sluice/store";
 *
 * await using store = await openStore("file:results");
 * await store.set("greeting", "Hello");
 * for await (const key of store.keys()) console.log(key);
 * ```
 *
 * @example A URL that is not known before
 * ```ts
 * import { openStore, Store } from "@sluice/sluice/store";
 *
 * await using store = await openStore(Deno.args[0]);
 * if (store instanceof Store) await store.set("greeting", "Hello");
 * else console.error("It can only be read");
 * ```
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 * @param url The URL of the store; a path may be relative, and is then not
 * decoded.
 * @param options What to do where there is no store, and a signal that ends the
 * wait.
 * @returns The store, connected. It is a `Store` if it can be written.
 * @throws {TypeError} If the URL names no kind of store.
 * @throws {Deno.errors.NotFound} If there is no store and `create` is `false`.
 */
export function openStore<M extends object = Metadata>(
  url: WritableStoreUrl,
  options?: OpenStoreOptions,
): Promise<Store<M>>;
/**
 * Connects to the store that a URL names, which may be read-only.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 * @param url The URL of the store.
 * @param options What to do where there is no store, and a signal that ends the
 * wait.
 * @returns The store, connected. It is a `Store` if it can be written.
 */
export function openStore<M extends object = Metadata>(
  url: string,
  options?: OpenStoreOptions,
): Promise<ReadOnlyStore<M>>;
export async function openStore(
  url: string,
  options: OpenStoreOptions = {},
): Promise<ReadOnlyStore> {
  checkString("url", url);
  const makeStore = BACKENDS.get(schemeOf(url));
  if (!makeStore) {
    // Perhaps that of a web server with a mistake in it, and a password.
    const shown = shownUrl(url).replace(/^[^]*@/, "");
    throw refused("url", `a URL that begins with ${schemes()}`, shown);
  }
  try {
    return await makeStore(url, options).connect(options);
  } catch (error) {
    throw atCaller(error, openStore);
  }
}

function schemes(): string {
  const [last, ...others] = [...BACKENDS.keys()].map((name) => `"${name}:"`)
    .reverse();
  return `${others.reverse().join(", ")} or ${last}`;
}

function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/.exec(url)?.[1] ?? "";
}

function natsStore(url: string, options: OpenStoreOptions): NatsStore {
  const { create, nats } = options;
  return new NatsStore(url, { ...nats, create });
}

function memoryStore(url: string): MemoryStore {
  if (url === "memory:") return new MemoryStore();
  throw refused("url", '"memory:" alone: a store in memory has no name', url);
}

/** SQLite takes this name for a database in memory. */
function databaseOf(url: string): string {
  const path = pathOf(url);
  if (path !== ":memory:") return path;
  throw refused("url", 'the path of a file, or "memory:"', url);
}

/** No part of the URL may be lost in the path. */
function pathOf(url: string): string {
  const path = url.slice(schemeOf(url).length + 1);
  // "file://" is what is left of "file://$NAME" without a name, not the root.
  if (/^(\/\/)?$/.test(path)) throw refused("url", "a URL with a path", url);
  if (path.includes("\0")) throw refused("url", "a URL without a NUL", url);
  if (!path.isWellFormed()) {
    throw refused("url", "a URL without lone surrogates", url);
  }
  if (!path.startsWith("//")) return path;
  const parsed = URL.parse(`file:${path}`);
  // Windows has paths with a host.
  const isLocal = !parsed?.host || isWindows();
  if (parsed && isLocal && !/[?#]|%00/.test(path)) {
    try {
      return fromFileUrl(parsed);
    } catch {
      // It has "%2F", or a "%" that is no escape.
    }
  }
  throw refused(
    "url",
    'a path, or three slashes before an absolute one, without a host and with "%3F", "%23" and "%25" for "?", "#" and "%"',
    shownUrl(url),
  );
}
