import { outOfRange, refused } from "../../internal/mod.ts";
import {
  copyMetadata,
  type JsonValue,
  type Metadata,
  ReadOnlyStore,
  StoreError,
  type StoreOptions,
  type Value,
} from "../core/mod.ts";
import { httpError, isMissing, request } from "./url_request.ts";
import { UrlValue } from "./url_value.ts";

/** Options for {@linkcode UrlStore}. */
export interface UrlStoreOptions extends StoreOptions {
  /**
   * Sent with every request, for instance an `Authorization`.
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
}

/**
 * The files below a URL as a store that can be read: the bytes of the key
 * `a/b.csv` are at that path below the URL. Any server of static files will do;
 * if it supports `Range` requests, it sends only the bytes that are read.
 *
 * A key must not be empty, and none of its parts between slashes may be `.` or
 * `..`, which a URL cannot express. Such a key is refused with a `RangeError`.
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
  /** The URL that all keys are below; ends in a slash. */
  readonly url: string;

  readonly #headers: Headers;
  readonly #indexUrl: string;
  #index: ReadonlyMap<string, Metadata> | undefined;

  /**
   * Makes a store that is not connected yet.
   *
   * @param url The URL that all keys are below.
   * @param options The headers to send, and the place of the index.
   * @throws {TypeError} If it is not an `http:` or `https:` URL.
   */
  constructor(url: string | URL, options: UrlStoreOptions = {}) {
    super(options);
    const base = new URL(url);
    if (!/^https?:$/.test(base.protocol)) {
      throw refused("url", "an http: or https: URL", String(url));
    }
    base.search = base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.url = base.href;
    this.#indexUrl = new URL(options.index ?? "index.json", base).href;
    this.#headers = new Headers(options.headers);
    // A range of a compressed body would have other bytes.
    this.#headers.set("Accept-Encoding", "identity");
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
    const response = await request(this.#indexUrl, {
      headers: this.#headers,
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      if (isMissing(response)) return;
      throw httpError(this.#indexUrl, response);
    }
    this.#index = parseIndex(await response.text(), this.#indexUrl);
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
    const response = await request(url, {
      method: "HEAD",
      headers: this.#headers,
      signal,
    });
    await response.body?.cancel();
    if (isMissing(response)) return undefined;
    if (!response.ok) throw httpError(url, response);
    const modified = Date.parse(response.headers.get("Last-Modified") ?? "");
    return new UrlValue(key, url, this.#headers, {
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
      `Cannot list the keys of "${this.url}": the server has no index: put a JSON object of all keys with their metadata at "${this.#indexUrl}"`,
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
      `Cannot read the index "${url}": expected a JSON object of all keys with their metadata, found something else: correct or remove it`,
      { cause: error },
    );
  }
}

function contentLength(url: string, response: Response): number {
  const length = response.headers.get("Content-Length");
  if (length !== null && /^\d+$/.test(length)) return Number(length);
  throw new StoreError(
    "HTTP",
    `Cannot read "${url}": expected a Content-Length, found ${length}: use a server of static files`,
  );
}
