/**
 * A view of the whole buffer that some bytes belong to, kept until bytes of
 * another buffer come: making a view takes longer than reading a record.
 */
export class CachedView {
  #view = new DataView(new ArrayBuffer());

  /** Returns the view, in which `bytes` start at their `byteOffset`. */
  of(bytes: Uint8Array): DataView {
    if (this.#view.buffer !== bytes.buffer) {
      this.#view = new DataView(bytes.buffer as ArrayBuffer);
    }
    return this.#view;
  }
}
