import {
  checkInteger,
  outOfRange,
  refused,
  shownUrl,
} from "../../internal/mod.ts";
import {
  copyMetadata,
  type JsonValue,
  type Metadata,
  ReadOnlyStore,
  StoreError,
  type StoreOptions,
  type Value,
} from "../core/mod.ts";
import {
  httpError,
  isMissing,
  request,
  type UrlSource,
} from "./url_request.ts";
import { UrlValue } from "./url_value.ts";

/** Options for {@linkcode UrlStore}. */
export interface UrlStoreOptions extends StoreOptions {
  /**
   * Sent with every request to the origin of the store, for instance an
   * `Authorization`. They go along to no other origin, neither with a redirect
   * nor to an `index` there.
   *
   * @default {{}}
   */
  headers?: HeadersInit;
  /**
   * The URL of the index, relative to that of the store: a JSON object of all
   * keys with their metadata. Without an index the keys can be read, but not
   * listed, and have no metadata.
   *
   * @default {"index.json"}
   */
  index?: string;
  /**
   * Most bytes of the index; a longer one is refused.
   *
   * @default {67_108_864}
   */
  maxIndexBytes?: number;
}

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
 * User and password of the URL are sent as `Authorization` and shown nowhere.
 * Redirects are followed, without the headers if they lead to another origin,
 * and never from `https:` to `http:`.
 *
 * Source of the semantics: `encore.storage.StaticURLStore`.
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
export class UrlStore extends ReadOnlyStore {
  /** The URL that all keys are below, without user and password; ends in a slash. */
  readonly url: string;

  readonly #source: UrlSource;
  readonly #maxIndexBytes: number;
  readonly #indexUrl: string;
  #index: ReadonlyMap<string, Metadata> | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param url The URL that all keys are below.
   * @param options The headers to send, and the place and size of the index.
   * @throws {TypeError} If it is not an `http:` or `https:` URL.
   * @throws {RangeError} If `maxIndexBytes` is not a positive integer.
   */
  constructor(url: string | URL, options: UrlStoreOptions = {}) {
    super(options);
    const { maxIndexBytes = MOST_INDEX_BYTES } = options;
    checkInteger("maxIndexBytes", maxIndexBytes, { min: 1, orInfinity: true });
    const base = URL.parse(url);
    if (!base || !/^https?:$/.test(base.protocol)) {
      throw refused("url", "an http: or https: URL", shownUrl(url));
    }
    const headers = new Headers(options.headers);
    takeUser(base, headers);
    base.search = base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.url = base.href;
    this.#indexUrl = indexUrl(options.index ?? "index.json", base);
    this.#source = { origin: base.origin, headers };
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
    const response = await request(url, this.#source, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      if (isMissing(response)) return;
      throw httpError(url, response);
    }
    const text = await limitedText(url, response, this.#maxIndexBytes);
    this.#index = parseIndex(text, url);
  }

  /** Forgets the index. */
  protected override close(): void {
    this.#index = undefined;
  }

  /** Asks the server for a key. */
  protected async find(
    key: string,
    signal?: AbortSignal,
  ): Promise<Value | undefined> {
    const metadata = this.#index?.get(key);
    if (this.#index && !metadata) return undefined;
    const url = this.#urlOf(key);
    const response = await request(url, this.#source, {
      method: "HEAD",
      signal,
    });
    await response.body?.cancel();
    if (isMissing(response)) return undefined;
    if (!response.ok) throw httpError(url, response);
    const modified = Date.parse(response.headers.get("Last-Modified") ?? "");
    return new UrlValue(key, url, this.#source, {
      metadata: metadata ?? {},
      size: contentLength(url, response),
      modified: Number.isNaN(modified) ? undefined : modified,
    }, response.headers);
  }

  /** The keys of the index. */
  protected entries(): Iterable<[string, Metadata]> {
    if (this.#index) return this.#index;
    throw new StoreError(
      "NO_INDEX",
      `Cannot list the keys of "${this.url}": the server has no index: put a JSON object of all keys with their metadata at "${
        shownUrl(this.#indexUrl)
      }"`,
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
    return this.url + key.split("/").map(encodeURIComponent).join("/");
  }
}

/** Takes user and password out of a URL, so that no error can show them. */
function takeUser(url: URL, headers: Headers): void {
  const { username, password } = url;
  url.username = url.password = "";
  if ((username || password) === "" || headers.has("Authorization")) return;
  const user = new TextEncoder().encode(
    `${decoded(username)}:${decoded(password)}`,
  );
  headers.set("Authorization", `Basic ${user.toBase64()}`);
}

/** A URL may have a "%" that escapes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function indexUrl(index: string, base: URL): string {
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
  return url.href;
}

/** Reads a text that may be without end. */
async function limitedText(
  url: string,
  response: Response,
  most: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new StoreError(
        "DAMAGED",
        `Cannot read the index "${
          shownUrl(url)
        }": expected at most ${most} bytes, found more: make it shorter, or raise "maxIndexBytes"`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseIndex(
  text: string,
  url: string,
): ReadonlyMap<string, Metadata> {
  try {
    return new Map(
      Object.entries(copyMetadata(JSON.parse(text)))
        .map(([key, metadata]) => [key, copyMetadata(metadata)]),
    );
  } catch (error) {
    throw new StoreError(
      "DAMAGED",
      `Cannot read the index "${
        shownUrl(url)
      }": expected a JSON object of all keys with their metadata, found something else: correct or remove it`,
      { cause: error },
    );
  }
}

function contentLength(url: string, response: Response): number {
  const length = response.headers.get("Content-Length");
  if (length !== null && /^\d{1,15}$/.test(length)) return Number(length);
  throw new StoreError(
    "HTTP",
    `Cannot read "${
      shownUrl(url)
    }": expected a Content-Length, found ${length}: use a server of static files`,
  );
}
