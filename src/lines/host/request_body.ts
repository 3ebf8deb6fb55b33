import { startTimer } from "../../internal/mod.ts";
import { Refusal } from "../protocol/mod.ts";

/** Limits of {@linkcode RequestBodies}. */
export interface RequestBodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeout: number;
}

/** Most bytes of all bodies that are read at the same time. */
const MOST_BYTES_AT_ONCE = 32 * 1024 * 1024;

/**
 * Reads request bodies within limits: bytes of one body, bytes that have come of
 * all bodies at the same time, and time.
 */
export class RequestBodies {
  readonly #limits: RequestBodyLimits;
  readonly #mostAtOnce: number;
  /** The body of which nothing has come for the longest time comes first. */
  readonly #underWay = new Set<RequestBody>();
  #bytesAtOnce = 0;

  constructor(limits: RequestBodyLimits) {
    this.#limits = limits;
    this.#mostAtOnce = Math.max(MOST_BYTES_AT_ONCE, limits.maxBodyBytes);
  }

  /**
   * Reads the text of a request's body.
   *
   * @throws {Refusal} With status 413 if it is too large, 408 if it is too slow,
   * 503 if it is the slowest of too many at once, 400 if it is not UTF-8 or cut
   * off.
   */
  async text(request: Request): Promise<string> {
    const announced = announcedLength(request);
    const { maxBodyBytes, bodyTimeout } = this.#limits;
    if (announced !== undefined && announced > maxBodyBytes) {
      throw tooLarge(maxBodyBytes);
    }
    if (request.body === null) return "";
    const body = new RequestBody(request.body, maxBodyBytes);
    const timer = startTimer(bodyTimeout, () => {
      body.refuse(new Refusal(408, "The body came too slowly"));
    });
    this.#underWay.add(body);
    try {
      return decodeUtf8(await body.chunks((bytes) => this.#count(body, bytes)));
    } finally {
      clearTimeout(timer);
      this.#release(body);
    }
  }

  /** Makes room for the bytes that have come: the slowest bodies have to go. */
  #count(body: RequestBody, bytes: number): void {
    this.#underWay.delete(body);
    this.#underWay.add(body);
    this.#bytesAtOnce += bytes;
    for (const other of this.#underWay) {
      if (this.#bytesAtOnce <= this.#mostAtOnce) return;
      if (other.length === 0) continue;
      other.refuse(
        new Refusal(503, "Too many posts at once, try again", {
          "retry-after": "1",
        }),
      );
      this.#release(other);
    }
  }

  #release(body: RequestBody): void {
    if (this.#underWay.delete(body)) this.#bytesAtOnce -= body.length;
  }
}

/** The body of one request while it is read. */
class RequestBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #refusal: Refusal | undefined;

  constructor(body: ReadableStream<Uint8Array>, maxBytes: number) {
    this.#reader = body.getReader();
    this.#maxBytes = maxBytes;
  }

  /** The bytes that have come. */
  get length(): number {
    return this.#length;
  }

  /** Ends the reading, and frees what has come. */
  refuse(refusal: Refusal): void {
    this.#refusal ??= refusal;
    this.#chunks = [];
    this.#reader.cancel().catch(() => {});
  }

  /** Reads to the end, and tells about the bytes of each chunk. */
  async chunks(count: (bytes: number) => void): Promise<Uint8Array[]> {
    try {
      while (true) {
        const { done, value } = await this.#reader.read();
        if (this.#refusal !== undefined) throw this.#refusal;
        if (done) return this.#chunks;
        this.#chunks.push(value);
        this.#length += value.byteLength;
        count(value.byteLength);
        if (this.#length > this.#maxBytes) throw tooLarge(this.#maxBytes);
      }
    } catch (error) {
      this.#reader.cancel().catch(() => {});
      if (error instanceof Refusal) throw error;
      throw this.#refusal ?? new Refusal(400, "The body was cut off");
    }
  }
}

function announcedLength(request: Request): number | undefined {
  const header = request.headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, `The body is larger than ${limit} bytes`);
}

function decodeUtf8(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const texts = chunks.map((it) => decoder.decode(it, { stream: true }));
    return texts.join("") + decoder.decode();
  } catch {
    throw new Refusal(400, "The body is not UTF-8");
  }
}
