import { startTimer } from "../../internal/mod.ts";
import { ByteReader } from "../../streams/mod.ts";
import { Refusal } from "../protocol/mod.ts";

/** Limits of {@linkcode RequestBodies}. */
export interface RequestBodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeout: number;
}

/** Most bytes of all bodies that are read at the same time. */
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;

/** With larger reads a connection keeps more in memory. */
const FIRST_READ_BYTES = 4 * 1024;
const READ_BYTES = 32 * 1024;

/** Ends the connection of a client that stalls in the middle of a body. */
const CLOSE = { "connection": "close" } as const;

/**
 * Reads request bodies within limits: bytes of one body, bytes that have come of
 * all bodies at the same time, and time.
 */
export class RequestBodies {
  readonly #limits: RequestBodyLimits;
  readonly #mostAtOnce: number;
  /** The body of which nothing has come for the longest time comes first. */
  readonly #underWay = new Map<RequestBody, number>();
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
      body.refuse(new Refusal(408, "The body came too slowly", CLOSE));
    });
    try {
      return decodeUtf8(await body.bytes((held) => this.#count(body, held)));
    } finally {
      clearTimeout(timer);
      this.#release(body);
      body.free();
    }
  }

  /** Makes room for more bytes of a body: the slowest bodies have to go. */
  #count(body: RequestBody, held: number): void {
    this.#release(body);
    this.#underWay.set(body, held);
    this.#bytesAtOnce += held;
    for (const other of this.#underWay.keys()) {
      if (this.#bytesAtOnce <= this.#mostAtOnce) return;
      this.#release(other);
      other.refuse(
        new Refusal(503, "Too many posts at once, try again", {
          ...CLOSE,
          "retry-after": "1",
        }),
      );
    }
  }

  #release(body: RequestBody): void {
    this.#bytesAtOnce -= this.#underWay.get(body) ?? 0;
    this.#underWay.delete(body);
  }
}

/** The body of one request while it is read. */
class RequestBody {
  readonly #reader: ByteReader;
  readonly #maxBytes: number;
  #buffer = new ArrayBuffer(0);
  #refusal: Refusal | undefined;

  constructor(body: ReadableStream<Uint8Array>, maxBytes: number) {
    this.#reader = new ByteReader(body);
    this.#maxBytes = maxBytes;
  }

  /** Ends the reading, and frees what has come. */
  refuse(refusal: Refusal): void {
    this.#refusal ??= refusal;
    this.#reader.cancel().catch(() => {});
    this.free();
  }

  /** Frees what has come, now and not some time later. */
  free(): void {
    this.#buffer = this.#buffer.transfer(0);
  }

  /** Reads to the end, and tells how many bytes it holds whenever some come. */
  async bytes(hold: (bytes: number) => void): Promise<Uint8Array> {
    let room = new ArrayBuffer(FIRST_READ_BYTES);
    try {
      for (let length = 0;;) {
        const piece = await this.#reader.fill(new Uint8Array(room));
        if (this.#refusal !== undefined) throw this.#refusal;
        const count = piece.length;
        if (count === 0) return new Uint8Array(this.#buffer, 0, length);
        const end = length + count;
        if (end > this.#maxBytes) throw tooLarge(this.#maxBytes);
        if (end > this.#buffer.byteLength) {
          this.#buffer = this.#buffer.transfer(Math.max(2 * length, end));
        }
        new Uint8Array(this.#buffer).set(piece, length);
        length = end;
        const isLong = count === FIRST_READ_BYTES;
        room = isLong ? new ArrayBuffer(READ_BYTES) : piece.buffer;
        hold(this.#buffer.byteLength);
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

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, "The body is not UTF-8");
  }
}
