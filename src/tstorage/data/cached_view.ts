/**
 * A view of the whole buffer below some bytes, kept as long as the bytes are
 * of the same buffer: making one for each record takes longer than to read it.
 */
export class RecentView {
  #view = new DataView(new ArrayBuffer());

  /** The view, in which `bytes` start at their `byteOffset`. */
  of(bytes: Uint8Array): DataView {
    if (this.#view.buffer !== bytes.buffer) {
      this.#view = new DataView(bytes.buffer as ArrayBuffer);
    }
    return this.#view;
  }
}
