import { recycledChunks, shownUrl } from "../../internal/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import {
  replacedError,
  StoreError,
  STREAM_CHUNK_BYTES,
  Value,
  type ValueInfo,
} from "../core/mod.ts";
import {
  httpError,
  isMissing,
  request,
  type UrlSource,
} from "./url_request.ts";

/** Bytes in one chunk of a response. */
const CHUNK_BYTES = 262_144;

/** A value whose bytes are at a URL. */
export class UrlValue extends Value {
  readonly #key: string;
  readonly #url: string;
  readonly #source: UrlSource;
  /** Headers that change when the bytes at the URL change. */
  readonly #tags: Headers;

  constructor(
    key: string,
    url: string,
    source: UrlSource,
    info: ValueInfo,
    tags: Headers,
  ) {
    super(info);
    this.#key = key;
    this.#url = url;
    this.#source = source;
    this.#tags = tags;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const options = { bufferSize: STREAM_CHUNK_BYTES, signal };
    if (start === end) return bufferIterator([], options);
    const cancel = new AbortController();
    const signals = signal ? [signal, cancel.signal] : [cancel.signal];
    const chunks = this.#fetch(start, end, AbortSignal.any(signals));
    return bufferIterator(cancellable(chunks, cancel), options);
  }

  async *#fetch(
    start: number,
    end: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const response = await this.#request(start, end, signal);
    const { body } = response;
    if (!body) throw httpError(this.#url, response);
    let skip = start - firstByte(response, start);
    let missing = end - start;
    const chunkSize = Math.min(CHUNK_BYTES, skip + missing);
    for await (const chunk of recycledChunks(bufferIterator(body), chunkSize)) {
      const part = chunk.subarray(skip, skip + missing);
      skip -= Math.min(skip, chunk.length);
      missing -= part.length;
      if (part.length > 0) yield part;
      if (missing === 0) return;
    }
    if (missing === 0) return;
    throw new StoreError(
      "HTTP",
      `Cannot read "${
        shownUrl(this.#url)
      }": the connection ended ${missing} bytes too early: try again`,
    );
  }

  async #request(
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    const isWhole = start === 0 && end === this.size;
    if (!isWhole) headers.Range = `bytes=${start}-${end - 1}`;
    const etag = this.#tags.get("ETag");
    // Two values may have the same weak tag, so it does not tell them apart.
    if (etag && !etag.startsWith("W/")) headers["If-Match"] = etag;
    const response = await request(this.#url, this.#source, {
      headers,
      signal,
    });
    const { ok, status } = response;
    if (ok && this.#isSame(response)) return response;
    await response.body?.cancel();
    // 416: the bytes that are there now end before the range begins.
    if (ok || status === 412 || status === 416 || isMissing(response)) {
      throw replacedError(this.#key);
    }
    throw httpError(this.#url, response);
  }

  /** A server that ignores `If-Match` may still describe what it sends. */
  #isSame(response: Response): boolean {
    const { headers } = response;
    const size = wholeSize(response);
    return (size === undefined || size === this.size) &&
      ["ETag", "Last-Modified"].every((name) => {
        const [then, now] = [this.#tags.get(name), headers.get(name)];
        return then === null || now === null || then === now;
      });
  }
}

/** Passes chunks on. To leave early aborts the request, even one in progress. */
function cancellable(
  chunks: AsyncGenerator<Uint8Array>,
  request: AbortController,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      async return() {
        request.abort();
        // The error is that of the abort, which the reader asked for.
        await chunks.return(undefined).catch(() => {});
        return { done: true, value: undefined };
      },
    }),
  };
}

/** Returns the size of the whole file, if the response has it. */
function wholeSize({ status, headers }: Response): number | undefined {
  const size = status === 206
    ? /\/(\d+)$/.exec(headers.get("Content-Range") ?? "")?.[1]
    : headers.get("Content-Length");
  return size ? Number(size) : undefined;
}

/**
 * Returns the index of the first byte of the response. A server without ranges
 * sends the whole file, and others may begin before the byte that was asked for.
 */
function firstByte({ status, headers, url }: Response, asked: number): number {
  if (status !== 206) return 0;
  const range = /^bytes (\d+)-/.exec(headers.get("Content-Range") ?? "");
  const first = range ? Number(range[1]) : asked;
  if (first <= asked) return first;
  throw new StoreError(
    "HTTP",
    `Cannot read "${
      shownUrl(url)
    }" from byte ${asked}: the server sends it from byte ${first} only: read it whole`,
  );
}
