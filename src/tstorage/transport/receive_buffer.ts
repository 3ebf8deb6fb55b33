/**
 * Bytes that were received and not consumed yet, at the front of one array that
 * grows only as bytes come.
 */
export class ReceiveBuffer {
  readonly #capacity: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;

  /** A buffer that takes up to `capacity` bytes before it grows. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#bytes = new Uint8Array(capacity);
  }

  /** The bytes that are not consumed yet. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The number of {@linkcode bytes}. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Consumes the first `count` bytes. */
  skip(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  /**
   * Returns how many bytes will be allocated once there is {@linkcode space}.
   *
   * @param wanted The number of bytes that must fit in the buffer at once.
   */
  allocatedFor(wanted: number): number {
    const { length } = this.#bytes;
    if (this.length === 0) return Math.min(length, this.#capacity);
    if (this.length < length) return length;
    return Math.max(length, Math.min(wanted, 2 * length));
  }

  /**
   * Returns space for more bytes, of which {@linkcode added} takes those that
   * were filled.
   *
   * A full array doubles, so the allocated space is never more than twice what
   * was really received, whatever length was announced.
   *
   * @param wanted The number of bytes that must fit in the buffer at once.
   */
  space(wanted: number): Uint8Array<ArrayBuffer> {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === 0 && this.#bytes.length > this.#capacity) {
      // The space of a large record is not kept for the small ones after it.
      this.#bytes = new Uint8Array(this.#capacity);
    } else if (this.#end === this.#bytes.length) {
      const larger = new Uint8Array(Math.min(wanted, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#end);
  }

  /**
   * Adds bytes that were filled into the start of {@linkcode space}.
   *
   * Reading may have moved the whole array to another `ArrayBuffer`, which a
   * BYOB read does, or have lost it, which happens at the end of a stream.
   */
  added(filled: Uint8Array<ArrayBuffer>): void {
    if (filled.buffer.byteLength === 0) return this.#reset();
    if (filled.buffer !== this.#bytes.buffer) {
      this.#bytes = new Uint8Array(filled.buffer);
    }
    this.#end += filled.length;
  }

  #reset(): void {
    this.#bytes = new Uint8Array(this.#capacity);
    this.#start = this.#end = 0;
  }
}
