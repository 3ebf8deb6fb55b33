/**
 * A view of the whole buffer that some bytes belong to, kept until bytes of
 * another buffer come: making a view takes longer than reading a record.
 */
export class CachedView {
  #buffer: ArrayBufferLike = new ArrayBuffer();
  #view = new DataView(this.#buffer);

  /** Returns the view, in which `bytes` start at their `byteOffset`. */
  of(bytes: Uint8Array): DataView {
    const { buffer } = bytes;
    if (this.#buffer !== buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer);
    }
    return this.#view;
  }
}
