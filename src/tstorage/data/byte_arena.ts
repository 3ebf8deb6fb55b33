import { viewOf } from "../wire/message.ts";

const SLAB_BYTES = 32 * 1024;

/**
 * Small arrays cut from a larger one, zeroed and each used once: some five
 * times as fast as an array and a view for every value.
 */
export class ByteSlab {
  #bytes = new Uint8Array();
  #view: DataView = viewOf(this.#bytes);
  #at = 0;

  /** Where the bytes of the last {@linkcode take} are. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** A view of {@linkcode bytes}. */
  get view(): DataView {
    return this.#view;
  }

  /** Takes `size` bytes, and returns where in {@linkcode bytes} they start. */
  take(size: number): number {
    if (this.#at + size > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(size, SLAB_BYTES));
      this.#view = viewOf(this.#bytes);
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
