import { viewOf } from "./view_of.ts";

const BLOCK_BYTES = 32 * 1024;

/**
 * Allocates small arrays one after another from a larger block, zeroed and
 * never reused: some five times as fast as an array and a view for each value.
 */
export class ByteArena {
  #bytes = new Uint8Array();
  #view: DataView = viewOf(this.#bytes);
  #at = 0;

  /** The block of the last {@linkcode allocate}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** A view of {@linkcode bytes}. */
  get view(): DataView {
    return this.#view;
  }

  /** Allocates `size` bytes and returns where in {@linkcode bytes} they start. */
  allocate(size: number): number {
    if (this.#at + size > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(size, BLOCK_BYTES));
      this.#view = viewOf(this.#bytes);
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
