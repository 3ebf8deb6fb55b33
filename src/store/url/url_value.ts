import { methodsErrAtCaller, shownUrl } from "../../internal/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import {
  cancellable,
  replacedError,
  StoreError,
  STREAM_CHUNK_BYTES,
  Value,
  type ValueInfo,
} from "../core/mod.ts";
import { type ContentByteRange, contentByteRange } from "./content_range.ts";
import type { HeldBytes } from "./held_bytes.ts";
import { Retries } from "./retries.ts";
import { contentOf, LostContent, type UrlContent } from "./url_content.ts";
import type { UrlDescription } from "./url_description.ts";
import {
  httpError,
  isMissing,
  request,
  type UrlSource,
} from "./url_request.ts";

/** Where a value is read from. */
export interface UrlPlace {
  readonly key: string;
  readonly url: string;
  readonly source: UrlSource;
}

/** Bytes that are being read, in one part or several. */
interface Reading {
  readonly signal: AbortSignal;
  readonly retries: Retries;
  /** The headers of the last part. */
  before?: Headers;
  /** Has a part said of how many bytes it is a part, or was it all of them? */
  isSizeSure: boolean;
}

/** Bytes for which there is room before the first of them have come. */
const FIRST_ROOM_BYTES = 2 ** 26;

/** A value whose bytes are at a URL. */
export class UrlValue extends Value {
  readonly #place: UrlPlace;
  readonly #description: UrlDescription;
  readonly #held: HeldBytes;

  /** @param held May have its bytes, for the first time that they are read. */
  constructor(
    place: UrlPlace,
    description: UrlDescription,
    info: Omit<ValueInfo, "size">,
    held: HeldBytes,
  ) {
    super({ ...info, size: description.size });
    this.#place = place;
    this.#description = description;
    this.#held = held;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const options = { bufferSize: STREAM_CHUNK_BYTES, signal };
    if (start === end) return bufferIterator([], options);
    const held = this.#held.take(this);
    if (held) return bufferIterator([held.subarray(start, end)], options);
    const cancel = new AbortController();
    const signals = signal ? [signal, cancel.signal] : [cancel.signal];
    const chunks = this.#chunks(start, end, AbortSignal.any(signals));
    return bufferIterator(cancellable(chunks, cancel), options);
  }

  /** The size may be wrong, and larger than any memory: room is made as bytes come. */
  protected override async readWhole(
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#held.take(this);
    if (held) return held;
    const { size } = this;
    let bytes = new Uint8Array(Math.min(size, FIRST_ROOM_BYTES));
    let length = 0;
    for await (const chunk of this.read(0, size, signal)) {
      const needed = length + chunk.length;
      if (needed > bytes.length) {
        const room = Math.min(size, Math.max(needed, 2 * bytes.length));
        bytes = new Uint8Array(bytes.buffer.transfer(room));
      }
      bytes.set(chunk, length);
      length = needed;
    }
    return bytes;
  }

  /** Goes on behind the last byte when a part or the connection has ended. */
  async *#chunks(
    start: number,
    end: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const retries = new Retries(this.#place.source.retries);
    const isSizeSure = !this.#description.isByHead;
    const reading: Reading = { signal, retries, isSizeSure };
    let lost: LostContent | undefined;
    for (let at = start; at < end;) {
      try {
        for await (const part of this.#part(at, end, reading)) {
          at += part.length;
          lost = undefined;
          retries.reset();
          yield part;
        }
      } catch (error) {
        if (!(error instanceof LostContent)) throw again(error, lost, signal);
        lost = error;
        await retries.wait(error, undefined, signal);
      }
      if (at === start) reading.before = undefined;
      else if (at < end && !isTelling(reading.before)) {
        throw lost ?? this.#partial(at);
      }
    }
  }

  #partial(at: number): StoreError {
    return new StoreError(
      "HTTP",
      `Cannot read "${
        shownUrl(this.#place.url)
      }" on from byte ${at}: expected an ETag or Last-Modified that tells if the rest is that of the same bytes, found none: use a server of static files`,
    );
  }

  /** Reads the next bytes: all of them, or as many as the server sends at once. */
  async *#part(
    at: number,
    end: number,
    options: Reading,
  ): AsyncGenerator<Uint8Array> {
    const { connections } = this.#place.source;
    using _connection = await connections.take(options.signal);
    const response = await this.#request(at, end, options);
    const { first, last, content } = await this.#opened(response, at, end);
    if (!isSameAsBefore(options.before, response.headers)) {
      await content.cancel();
      throw this.#differs();
    }
    options.before = response.headers;
    options.isSizeSure ||= response.status === 200 || !hasUnknownSize(response);
    if (!options.isSizeSure && end === this.size) {
      // Nothing but the answer to HEAD says that this is the end.
      await content.cancel();
      throw this.#differs();
    }
    const isWhole = last === this.size && end >= last;
    const most = Math.min(end, last);
    let skip = at - first;
    let missing = most - at;
    // As they come: what is gathered would be lost together with the connection.
    for await (const chunk of content.chunks()) {
      if (missing === 0) throw this.#differs();
      const part = chunk.subarray(skip, skip + missing);
      const used = Math.min(skip, chunk.length) + part.length;
      skip -= Math.min(skip, chunk.length);
      missing -= part.length;
      if (part.length > 0) yield part;
      if (missing > 0) continue;
      // Is there more than the server has said?
      if (isWhole && used < chunk.length) throw this.#differs();
      if (!isWhole) return;
    }
    if (missing === 0) return;
    throw new LostContent(
      this.#place.url,
      `the connection ended ${end - most + missing} bytes too early`,
    );
  }

  async #request(
    at: number,
    end: number,
    options: { readonly signal: AbortSignal; readonly retries: Retries },
  ): Promise<Response> {
    const { url, source } = this.#place;
    const { isCoded, tags } = this.#description;
    const headers: Record<string, string> = {};
    const isWhole = isCoded || (at === 0 && end === this.size);
    if (!isWhole) headers.Range = `bytes=${at}-${end - 1}`;
    const etag = tags.get("ETag");
    if (isStrong(etag)) headers["If-Match"] = etag;
    const response = await request(url, source, { ...options, headers });
    const { status } = response;
    if (status === 200 || status === 206) return response;
    await response.body?.cancel();
    // 416: the bytes that are there now end before the range begins.
    if (status === 412 || status === 416 || isMissing(response)) {
      throw this.#differs();
    }
    throw httpError(url, response);
  }

  /** Looks which bytes come, and if they are those of the value. */
  async #opened(response: Response, at: number, end: number): Promise<{
    readonly first: number;
    /** Index behind the last byte that comes. */
    readonly last: number;
    readonly content: UrlContent;
  }> {
    const { url, source } = this.#place;
    const content = await contentOf(url, response, source.timeout);
    try {
      if (!this.#isSame(response, content)) throw this.#differs();
      if (response.status === 200) {
        return { first: 0, last: this.size, content };
      }
      const range = this.#rangeOf(response, content, at, end);
      return { first: range.first, last: range.end, content };
    } catch (error) {
      await content.cancel();
      throw error;
    }
  }

  #rangeOf(
    response: Response,
    { isCoded, length }: UrlContent,
    at: number,
    end: number,
  ): Omit<ContentByteRange, "total"> {
    const { url } = this.#place;
    const given = response.headers.get("Content-Range");
    // Some servers leave it out. It must be what was asked for if it is as long.
    const range = given === null
      ? { first: at, end: at + (length ?? Infinity) }
      : contentByteRange(response);
    const isFitting = range && !isCoded && range.end <= this.size &&
      !isMultipart(response) &&
      (given === null
        ? range.end === end
        : range.end - range.first === (length ?? range.end - range.first));
    if (!isFitting) {
      throw new StoreError(
        "HTTP",
        `Cannot read "${
          shownUrl(url)
        }" from byte ${at}: expected a Content-Range that fits, found "${given}"${
          isMultipart(response) ? " and several parts" : ""
        }: use a server of static files`,
      );
    }
    if (range.first <= at && at < range.end) return range;
    throw new StoreError(
      "HTTP",
      `Cannot read "${
        shownUrl(url)
      }" from byte ${at}: the server sends it from byte ${range.first} only: read it whole`,
    );
  }

  /** A server that ignores `If-Match` may still describe what it sends. */
  #isSame(response: Response, content: UrlContent): boolean {
    const { headers } = response;
    const size = sizeOf(response, content);
    const { tags } = this.#description;
    return content.isCoded === this.#description.isCoded &&
      (size === undefined || size === this.size) &&
      ["ETag", "Last-Modified"].every((name) => {
        const [then, now] = [tags.get(name), headers.get(name)];
        return then === null || now === null || then === now;
      });
  }

  /**
   * The bytes are other ones than those that were looked up. Perhaps they were
   * replaced, perhaps the answer to HEAD was wrong: it is not asked for again.
   */
  #differs(): StoreError {
    this.#place.source.isHeadTrue = false;
    return replacedError(this.#place.key);
  }
}

methodsErrAtCaller(UrlValue);

/** Returns of how many bytes the file is, if the response says that. */
function sizeOf(
  response: Response,
  { length }: UrlContent,
): number | undefined {
  return response.status === 206 ? contentByteRange(response)?.total : length;
}

/** Returns whether a part comes from a server that says that it knows no size. */
function hasUnknownSize(response: Response): boolean {
  const range = contentByteRange(response);
  return range !== undefined && range.total === undefined;
}

/** One range may come as a part among headers of its own, too. */
function isMultipart({ headers }: Response): boolean {
  return /^\s*multipart\/byteranges/i.test(headers.get("Content-Type") ?? "");
}

/** Returns whether headers tell these bytes from all that were there before. */
function isTelling(headers: Headers | undefined): boolean {
  if (!headers) return false;
  if (isStrong(headers.get("ETag"))) return true;
  // A time has seconds: what is as young as that may change within one.
  const modified = Date.parse(headers.get("Last-Modified") ?? "");
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  return modified + 1000 <= now;
}

/** Returns whether a part has the tag of the part before it. */
function isSameAsBefore(before: Headers | undefined, now: Headers): boolean {
  if (!before) return true;
  const name = isStrong(before.get("ETag")) ? "ETag" : "Last-Modified";
  return before.get(name) === now.get(name);
}

/** Two values may have the same weak tag, so it does not tell them apart. */
function isStrong(etag: string | null): etag is string {
  return etag !== null && !/^\s*W\//i.test(etag);
}

/** The server cannot go on where the connection was lost: that is the error. */
function again(
  error: unknown,
  lost: LostContent | undefined,
  signal: AbortSignal,
): unknown {
  const isReplaced = error instanceof StoreError && error.code === "REPLACED";
  return isReplaced || signal.aborted ? error : lost ?? error;
}
