import type { StreamPuller } from "./byte_puller.ts";

/** Most bytes asked of the stream at once. */
const READ_BYTES = 1_048_576;

/**
 * Pulls from a byte stream with BYOB reads, so never more than was asked for.
 *
 * `pull` gives the stream a buffer of its own and copies the bytes: many
 * streams close without answering the pending read, and the buffer that they
 * hold is lost then.
 */
export class ByobPuller implements StreamPuller {
  readonly ready = false;
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(0);
  #closed = false;

  constructor(reader: ReadableStreamBYOBReader) {
    this.#reader = reader;
    const close = () => {
      this.#closed = true;
      // Rejects the read that the stream has left pending.
      reader.releaseLock();
    };
    reader.closed.then(close, () => {});
  }

  async pull(into: Uint8Array): Promise<number> {
    const length = Math.min(into.length, READ_BYTES);
    if (this.#buffer.byteLength < length) {
      this.#buffer = new ArrayBuffer(length);
    }
    const part = await this.fill(new Uint8Array(this.#buffer, 0, length));
    into.set(part);
    this.#buffer = part.buffer;
    return part.length;
  }

  async fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return (await this.#reader.read(view)).value ?? new Uint8Array();
    } catch (error) {
      if (this.#closed) return new Uint8Array();
      throw error;
    }
  }

  async cancel(reason: unknown): Promise<void> {
    if (!this.#closed) await this.#reader.cancel(reason);
  }
}
