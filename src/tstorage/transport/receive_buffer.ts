/**
 * Bytes that have come and are not read yet, at the front of one array that
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

  /** The bytes to read. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** How many bytes there are to read. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Takes the first `count` bytes as read. */
  skip(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  /**
   * Room for more bytes, after which {@linkcode added} says how many came.
   *
   * A full array doubles, so what is allocated is never more than twice what
   * has really come, however much is announced.
   *
   * @param wanted How many bytes are to stand in the buffer at once.
   */
  room(wanted: number): Uint8Array {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === 0 && this.#bytes.length > this.#capacity) {
      // What a large record needed is not kept for the small ones after it.
      this.#bytes = new Uint8Array(this.#capacity);
    } else if (this.#end === this.#bytes.length) {
      const larger = new Uint8Array(Math.min(wanted, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Takes the first `count` bytes of {@linkcode room} as having come. */
  added(count: number): void {
    this.#end += count;
  }
}
