import {
  basicLogin,
  checkInteger,
  outOfRange,
  refused,
  shownUrl,
} from "../../internal/mod.ts";
import {
  type JsonValue,
  type Metadata,
  ReadOnlyStore,
  Slots,
  StoreError,
  type StoreOptions,
  type Value,
} from "../core/mod.ts";
import { describe, type UrlDescription } from "./url_description.ts";
import { readHead } from "./url_head.ts";
import { HeldBytes } from "./held_bytes.ts";
import { readIndex } from "./url_index.ts";
import type { UrlSource } from "./url_request.ts";
import { UrlValue } from "./url_value.ts";

/** Options for {@linkcode UrlStore}. */
export interface UrlStoreOptions extends StoreOptions {
  /**
   * Sent with every request to the origin of the store, for instance an
   * `Authorization`. They go along to no other origin, neither with a redirect
   * nor to an `index` there.
   *
   * @default {none}
   */
  headers?: HeadersInit;
  /**
   * The URL of the index, relative to that of the store: a JSON object of all
   * keys with their metadata. Without an index the keys can be read, but not
   * listed, and have no metadata. It may be compressed with gzip.
   *
   * `false` says that there is none, and it is not asked for. Without that, the
   * server has to answer 404 or 410 where there is no index; some object stores
   * answer 403, and servers of web applications with a page.
   *
   * @default {"index.json"}
   */
  index?: string | false;
  /**
   * Most bytes of the index; a longer one is refused.
   *
   * @default {67_108_864}
   */
  maxIndexBytes?: number;
  /**
   * Failures in a row after which a request is made once more: a lost
   * connection, or a server that is busy (408, 425, 429, 500, 502, 503, 504).
   * The wait before each is twice as long as the last one, the first 0.1
   * seconds at most, and longer if the server says so with `Retry-After` (up to
   * a minute). What has come is kept, and the rest is asked for. A server that
   * has never answered yet is not waited for.
   *
   * @default {5}
   */
  retries?: number;
  /**
   * Milliseconds without an answer, or without a byte of one that is read, after
   * which the connection counts as lost; `Infinity` waits for ever.
   *
   * @default {60_000}
   */
  timeout?: number;
}

/** Requests that are made once more by default. */
const RETRIES = 5;
/** The longest silence by default, in ms. */
const TIMEOUT_MILLISECONDS = 60_000;
/** Most connections to the server at the same time. */
const MOST_CONNECTIONS = 128;
/** Lookups of several keys at the same time. */
const LOOKUPS_AT_ONCE = 32;
/** Most bytes of small values that wait to be read. */
const MOST_HELD_BYTES = 4 * 2 ** 20;

/** Most bytes of an index, unless the caller wants another limit. */
const MOST_INDEX_BYTES = 64 * 2 ** 20;

/**
 * The files below a URL as a store that can be read: the bytes of the key
 * `a/b.csv` are at that path below the URL. Any server of static files will do;
 * if it supports `Range` requests, it sends only the bytes that are read.
 *
 * A key must not be empty, and none of its parts between slashes may be `.` or
 * `..`, which a URL cannot express. Such a key is refused with a `RangeError`.
 *
 * User and password of the URL are sent as `Authorization`. A query, such as a
 * signature of an object store, is sent with every request. Both are shown
 * nowhere. Redirects are followed, without the headers if they lead to another origin,
 * and never from `https:` to `http:`.
 *
 * Import it from `@sluice/sluice/store`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * Source of the semantics: `encore.storage.StaticURLStore`.
 *
 * @typeParam M The metadata of every key, as the caller knows it; it is not
 * checked.
 *
 * @example Usage
 * ```ts
 * import { UrlStore } from "@sluice/sluice/store";
 *
 * await using store = await new UrlStore("https://example.com/data/").connect();
 * const head = await store.getDataRange("flights.csv", 0, 1_000);
 * await head.pipeTo(Deno.stdout.writable);
 * ```
 */
export class UrlStore<M extends object = Metadata> extends ReadOnlyStore<M> {
  /**
   * The URL that all keys are below, without user, password and query; ends in a
   * slash.
   */
  readonly url: string;

  readonly #source: UrlSource;
  readonly #maxIndexBytes: number;
  readonly #query: string;
  readonly #indexUrl: string | undefined;
  readonly #held = new HeldBytes(MOST_HELD_BYTES);
  #index: ReadonlyMap<string, Metadata> | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param url The URL that all keys are below.
   * @param options The headers to send, the place and size of the index, how
   * often a request is made, and how long an answer may take.
   * @throws {TypeError} If it is not an `http:` or `https:` URL.
   * @throws {RangeError} If `maxIndexBytes` or `timeout` is not a positive
   * integer, or `retries` not a non-negative one.
   */
  constructor(url: string | URL, options: UrlStoreOptions = {}) {
    super(options);
    const {
      maxIndexBytes = MOST_INDEX_BYTES,
      retries = RETRIES,
      timeout = TIMEOUT_MILLISECONDS,
    } = options;
    checkInteger("maxIndexBytes", maxIndexBytes, { min: 1, orInfinity: true });
    checkInteger("retries", retries, { min: 0, orInfinity: true });
    checkInteger("timeout", timeout, { min: 1, orInfinity: true });
    const base = URL.parse(url);
    if (!base || !/^https?:$/.test(base.protocol)) {
      throw refused("url", "an http: or https: URL", shownUrl(url));
    }
    const headers = checkedHeaders(options.headers);
    takeUser(base, headers);
    this.#query = base.search;
    base.search = base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.url = base.href;
    const { index = "index.json" } = options;
    this.#indexUrl = index === false
      ? undefined
      : indexUrl(index, base, this.#query);
    this.#source = {
      origin: base.origin,
      headers,
      retries,
      timeout,
      connections: new Slots(MOST_CONNECTIONS),
      hasAnswered: false,
      isHeadTrue: true,
    };
    this.#maxIndexBytes = maxIndexBytes;
  }

  /**
   * Describes the store.
   *
   * @returns Its `backend`, that it is `readonly`, its `url` and whether the
   * server has an `index`.
   */
  info(): Promise<Readonly<Record<string, JsonValue>>> {
    const { url } = this;
    const index = this.#index !== undefined;
    return Promise.resolve({ backend: "url", readonly: true, url, index });
  }

  /** Reads the index, if there is one. */
  protected override async open(signal: AbortSignal): Promise<void> {
    const url = this.#indexUrl;
    if (url === undefined) return;
    const limit = this.#maxIndexBytes;
    this.#index = await readIndex(url, this.#source, limit, signal);
  }

  /** Forgets the index. */
  protected override close(): void {
    this.#index = undefined;
    this.#held.clear();
  }

  /** Asks the server for a key. */
  protected async find(
    key: string,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    const metadata = this.#index?.get(key);
    if (this.#index && !metadata) return undefined;
    const description = await describe(this.#urlOf(key), this.#source, signal);
    return description && this.#valueOf(key, description);
  }

  /** Several answers of the server are waited for at the same time. */
  protected override get lookupsAtOnce(): number {
    return LOOKUPS_AT_ONCE;
  }

  /** Asks the server for a key, and for its bytes if they are few. */
  protected override async findSoon(
    key: string,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    if (this.#index && !this.#index.has(key)) return undefined;
    const head = await readHead(this.#urlOf(key), this.#source, signal);
    if (head === undefined) return await this.find(key, signal);
    const value = this.#valueOf(key, head.description);
    if (head.bytes?.length) this.#held.hold(value, head.bytes);
    return value;
  }

  #valueOf(key: string, description: UrlDescription): UrlValue {
    const modified = Date.parse(description.tags.get("Last-Modified") ?? "");
    const place = { key, url: this.#urlOf(key), source: this.#source };
    return new UrlValue(place, description, {
      metadata: this.#index?.get(key) ?? {},
      modified: Number.isNaN(modified) ? undefined : modified,
    }, this.#held);
  }

  /** The keys of the index. */
  protected entries(): Iterable<[string, Metadata]> {
    if (this.#index) return this.#index;
    const at = shownUrl(this.#indexUrl ?? `${this.url}index.json`);
    throw new StoreError(
      "NO_INDEX",
      `Cannot list the keys of "${this.url}": the server has no index: put a JSON object of all keys with their metadata at "${at}"`,
    );
  }

  /** Refuses a key that no URL below that of the store can express. */
  protected override checkKey(key: string): void {
    const parts = key.split("/");
    if (key !== "" && !parts.some((part) => /^\.\.?$/.test(part))) return;
    throw outOfRange(
      "key",
      'not empty and without a part "." or "..", to be in a URL',
      key,
    );
  }

  #urlOf(key: string): string {
    const path = key.split("/").map(encodeURIComponent).join("/");
    return this.url + path + this.#query;
  }
}

/** Those that HTTP does not allow are not shown: they may be secrets. */
function checkedHeaders(headers: HeadersInit | undefined): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new TypeError(
      '"headers" must be names and values of HTTP, found others: look for line breaks and characters beyond Latin-1',
    );
  }
}

/** Takes user and password out of a URL, so that no error can show them. */
function takeUser(url: URL, headers: Headers): void {
  const login = basicLogin(url);
  url.username = url.password = "";
  if (login === undefined || headers.has("Authorization")) return;
  headers.set("Authorization", login);
}

/** An index at the origin of the store gets its query, unless it has its own. */
function indexUrl(index: string, base: URL, query: string): string {
  const url = URL.parse(index, base);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw refused(
      "index",
      "a URL relative to that of the store",
      shownUrl(index),
    );
  }
  if (url.username || url.password) {
    throw refused(
      "index",
      "a URL without user and password, which stand in that of the store",
      shownUrl(index),
    );
  }
  if (url.origin === base.origin && url.search === "") url.search = query;
  return url.href;
}
