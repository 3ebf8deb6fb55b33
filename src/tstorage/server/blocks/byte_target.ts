const FIRST_BYTES = 64 * 1024;

/** Bytes that are written one after another, in a buffer that grows. */
export class ByteTarget {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  view: DataView = new DataView(this.bytes.buffer);
  /** Where the next byte goes. */
  at = 0;

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** The bytes so far, valid until the next one is written. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, this.at);
    this.at = 0;
    return taken;
  }
}
