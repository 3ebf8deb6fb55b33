import { bufferIterator } from "../streams/mod.ts";
import { chunksOf } from "./chunks.ts";
import { copyMetadata, type JsonValue, type Metadata } from "./metadata.ts";
import { ReadOnlyStore, type StoreOptions } from "./read_only_store.ts";
import { quoted, replacedError, StoreError } from "./store_error.ts";
import { STREAM_CHUNK_BYTES, Value, type ValueInfo } from "./value.ts";

/** Options for {@linkcode UrlStore}. */
export interface UrlStoreOptions extends StoreOptions {
  /**
   * Sent with every request, for instance an `Authorization`.
   *
   * @default {{}}
   */
  headers?: HeadersInit;
  /**
   * Where the index of the store is, relative to its URL: a JSON object of all
   * keys with their metadata. A server need not have one; the keys can then be
   * read, but not listed, and have no metadata.
   *
   * @default {"index.json"}
   */
  index?: string;
}

/** Bytes in one chunk of a response. */
const CHUNK_BYTES = 262_144;

/**
 * The files below a URL as a store that can be read: the bytes of the key
 * `a/b.csv` are at that path below the URL. Any server of static files will do;
 * if it knows `Range` requests, only the bytes that are read are sent.
 *
 * A key must be what a URL can say: not empty, and none of its parts between
 * slashes may be `.` or `..`. Other keys are refused with a `RangeError`.
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
   * @param options What to send, and where the index is.
   * @throws {TypeError} If it is no `http:` or `https:` URL.
   */
  constructor(url: string | URL, options: UrlStoreOptions = {}) {
    super(options);
    const base = new URL(url);
    if (!/^https?:$/.test(base.protocol)) {
      throw new TypeError(`url must be an http: or https: URL, found "${url}"`);
    }
    base.search = base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.url = base.href;
    this.#indexUrl = new URL(options.index ?? "index.json", base).href;
    this.#headers = new Headers(options.headers);
    // Compressed, a range would be one of other bytes.
    this.#headers.set("Accept-Encoding", "identity");
  }

  /**
   * What is known about the store.
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
  protected override async open(): Promise<void> {
    const response = await request(this.#indexUrl, { headers: this.#headers });
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
  protected async find(key: string): Promise<Value | undefined> {
    const metadata = this.#index?.get(key);
    if (this.#index && !metadata) return undefined;
    const url = this.#urlOf(key);
    const response = await request(url, {
      method: "HEAD",
      headers: this.#headers,
    });
    await response.body?.cancel();
    if (isMissing(response)) return undefined;
    if (!response.ok) throw httpError(url, response);
    const modified = Date.parse(response.headers.get("Last-Modified") ?? "");
    return new UrlValue(key, url, this.#headers, {
      metadata: metadata ?? {},
      size: contentLength(url, response),
      modified: Number.isNaN(modified) ? undefined : modified,
    }, response.headers.get("ETag"));
  }

  /** The keys of the index. */
  protected entries(): Iterable<[string, Metadata]> {
    if (this.#index) return this.#index;
    throw new StoreError(
      "NO_INDEX",
      `Cannot list the keys of "${this.url}": the server has no "${this.#indexUrl}", a JSON object of all keys with their metadata`,
    );
  }

  /** Refuses a key that no URL below that of the store can say. */
  protected override checkKey(key: string): void {
    const parts = key.split("/");
    if (key !== "" && !parts.some((part) => /^\.\.?$/.test(part))) return;
    throw new RangeError(
      `key must not be empty or have a part "." or ".." to be in a URL, found ${
        quoted(key)
      }`,
    );
  }

  #urlOf(key: string): string {
    return this.url + key.split("/").map(encodeURIComponent).join("/");
  }
}

class UrlValue extends Value {
  readonly #key: string;
  readonly #url: string;
  readonly #headers: Headers;
  /** Tells the bytes from those that may later be at the URL. */
  readonly #etag: string | undefined;

  constructor(
    key: string,
    url: string,
    headers: Headers,
    info: ValueInfo,
    etag: string | null,
  ) {
    super(info);
    this.#key = key;
    this.#url = url;
    this.#headers = headers;
    // Two values may have the same weak tag.
    this.#etag = etag === null || etag.startsWith("W/") ? undefined : etag;
  }

  protected read(start: number, end: number): ReadableStream<Uint8Array> {
    return bufferIterator(start < end ? this.#fetch(start, end) : [], {
      bufferSize: STREAM_CHUNK_BYTES,
    });
  }

  async *#fetch(start: number, end: number): AsyncGenerator<Uint8Array> {
    const response = await this.#request(start, end);
    const { status, body } = response;
    if (!body) throw httpError(this.#url, response);
    // A server that knows no ranges sends all of the bytes.
    let skip = status === 206 ? 0 : start;
    let missing = end - start;
    const chunkSize = Math.min(CHUNK_BYTES, skip + missing);
    for await (const chunk of chunksOf(bufferIterator(body), chunkSize)) {
      const part = chunk.subarray(skip, skip + missing);
      skip -= Math.min(skip, chunk.length);
      missing -= part.length;
      if (part.length > 0) yield part;
      if (missing === 0) return;
    }
    if (missing === 0) return;
    throw new StoreError(
      "HTTP",
      `The connection to "${this.#url}" ended ${missing} bytes too early`,
    );
  }

  async #request(start: number, end: number): Promise<Response> {
    const headers = new Headers(this.#headers);
    const isWhole = start === 0 && end === this.size;
    if (!isWhole) headers.set("Range", `bytes=${start}-${end - 1}`);
    if (this.#etag) headers.set("If-Match", this.#etag);
    const response = await request(this.#url, { headers });
    if (response.ok && this.#isSame(response)) return response;
    await response.body?.cancel();
    if (response.ok || response.status === 412 || isMissing(response)) {
      throw replacedError(this.#key);
    }
    throw httpError(this.#url, response);
  }

  /** A server that knows no `If-Match` may still say what it sends. */
  #isSame(response: Response): boolean {
    const etag = response.headers.get("ETag");
    return !this.#etag || !etag || etag === this.#etag;
  }
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError("HTTP", `Cannot reach "${url}": ${reason}`, {
      cause: error,
    });
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
      `Cannot read the index "${url}": it must be a JSON object of all keys with their metadata`,
      { cause: error },
    );
  }
}

function contentLength(url: string, response: Response): number {
  const length = response.headers.get("Content-Length");
  if (length !== null && /^\d+$/.test(length)) return Number(length);
  throw new StoreError(
    "HTTP",
    `Cannot read "${url}": the server does not say how long it is`,
  );
}

function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410;
}

function httpError(url: string, { status, statusText }: Response): StoreError {
  return new StoreError(
    "HTTP",
    `Cannot read "${url}": the server answered ${status} ${statusText}`,
  );
}
