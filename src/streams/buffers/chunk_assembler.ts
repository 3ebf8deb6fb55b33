import type { BytePuller } from "../sources/mod.ts";
import { freshBytes } from "./fresh_bytes.ts";

/** Capacity of the first chunk; that of later ones grows with what is read. */
const FIRST_CAPACITY = 16_384;

/** Makes chunks of exactly the wanted size from the pieces that a source gives. */
export class ChunkAssembler {
  readonly #puller: BytePuller;
  #capacity = FIRST_CAPACITY;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #cancelled: Promise<void> | undefined;

  constructor(puller: BytePuller) {
    this.#puller = puller;
  }

  /** True when the source has come to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Fills `view` from `start` on and returns where the data in it ends. After
   * the source has failed, every call fails: an iterator that threw would seem
   * to be at its end.
   */
  async fill(view: Uint8Array, start = 0): Promise<number> {
    if (this.#failure) throw this.#failure.error;
    let end = start;
    try {
      while (end < view.length && !this.#ended) {
        const pulled = this.#puller.pull(view.subarray(end));
        const count = typeof pulled === "number" ? pulled : await pulled;
        end += count;
        this.#ended = count === 0;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    return end;
  }

  /**
   * Returns a chunk of `size` bytes, or of those left. The buffer of a short one
   * is not much larger than the chunk.
   */
  async chunk(size: number): Promise<Uint8Array<ArrayBuffer>> {
    let chunk = freshBytes(Math.min(size, this.#capacity));
    let count = await this.fill(chunk);
    while (count === chunk.length && count < size) {
      const larger = freshBytes(Math.min(size, 4 * count));
      larger.set(chunk);
      chunk = larger;
      count = await this.fill(chunk, count);
    }
    this.#capacity = Math.max(this.#capacity, chunk.length);
    return filledPart(chunk, count);
  }

  /** Releases the source once; a source that failed may fail again in this. */
  cancel(reason: unknown): Promise<void> {
    this.#cancelled ??= this.#puller.cancel(reason);
    return this.#failure ? this.#cancelled.catch(() => {}) : this.#cancelled;
  }
}

/** Returns the first `count` bytes, in a buffer that is not much larger. */
export function filledPart(
  chunk: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  return count < chunk.length / 2
    ? chunk.slice(0, count)
    : chunk.subarray(0, count);
}
