import { startTimer } from "../../internal/mod.ts";
import { Refusal } from "../protocol/mod.ts";

/** Limits of {@linkcode RequestBodies}. */
export interface RequestBodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeout: number;
}

/** Most bytes of all bodies that are read at the same time. */
const MOST_BYTES_AT_ONCE = 64 * 1024 * 1024;

/**
 * Reads request bodies within limits: bytes of one body, bytes of all bodies
 * at the same time, and time.
 */
export class RequestBodies {
  readonly #limits: RequestBodyLimits;
  readonly #mostAtOnce: number;
  #atOnce = 0;

  constructor(limits: RequestBodyLimits) {
    this.#limits = limits;
    this.#mostAtOnce = Math.max(MOST_BYTES_AT_ONCE, limits.maxBodyBytes);
  }

  /**
   * Reads the text of a request's body.
   *
   * @throws {Refusal} With status 413 if it is too large, 408 if it is too slow,
   * 503 if there are too many at once, 400 if it is not UTF-8 or cut off.
   */
  async text(request: Request): Promise<string> {
    const announced = announcedLength(request);
    const { maxBodyBytes } = this.#limits;
    if (announced !== undefined && announced > maxBodyBytes) {
      throw tooLarge(maxBodyBytes);
    }
    const reserved = announced ?? maxBodyBytes;
    if (this.#atOnce + reserved > this.#mostAtOnce) {
      throw new Refusal(503, "Too many posts at once, try again", {
        "retry-after": "1",
      });
    }
    this.#atOnce += reserved;
    try {
      return decodeUtf8(await this.#bytes(request));
    } finally {
      this.#atOnce -= reserved;
    }
  }

  async #bytes(request: Request): Promise<Uint8Array[]> {
    if (request.body === null) return [];
    const { maxBodyBytes, bodyTimeout } = this.#limits;
    const reader = request.body.getReader();
    const chunks: Uint8Array[] = [];
    let length = 0;
    let isLate = false;
    const timer = startTimer(bodyTimeout, () => {
      isLate = true;
      reader.cancel().catch(() => {});
    });
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (isLate) throw new Refusal(408, "The body came too slowly");
        if (done) return chunks;
        length += value.byteLength;
        if (length > maxBodyBytes) throw tooLarge(maxBodyBytes);
        chunks.push(value);
      }
    } catch (error) {
      reader.cancel().catch(() => {});
      if (error instanceof Refusal) throw error;
      throw new Refusal(400, "The body was cut off");
    } finally {
      clearTimeout(timer);
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
