import type { BytePuller } from "./byte_puller.ts";

/** Most bytes asked of the stream at once. */
const READ_BYTES = 1_048_576;

/**
 * Pulls from a byte stream that fills buffers, so never more of it than was
 * asked for.
 *
 * The stream gets a buffer of the puller's own and the bytes are copied: many
 * streams close without answering the pending read, and the buffer they hold
 * then never comes back.
 */
export class ByobPuller implements BytePuller {
  readonly ready = false;
  readonly #reader: ReadableStreamBYOBReader;
  #buffer = new ArrayBuffer(0);
  #closed = false;

  constructor(reader: ReadableStreamBYOBReader) {
    this.#reader = reader;
    const close = () => {
      this.#closed = true;
      // Rejects the read that such a stream has left pending.
      reader.releaseLock();
    };
    reader.closed.then(close, () => {});
  }

  async pull(into: Uint8Array): Promise<number> {
    const length = Math.min(into.length, READ_BYTES);
    if (this.#buffer.byteLength < length) {
      this.#buffer = new ArrayBuffer(length);
    }
    const part = await this.#read(new Uint8Array(this.#buffer, 0, length));
    if (!part) return 0;
    into.set(part);
    this.#buffer = part.buffer;
    return part.length;
  }

  async cancel(reason: unknown): Promise<void> {
    if (!this.#closed) await this.#reader.cancel(reason);
  }

  async #read(into: Uint8Array<ArrayBuffer>) {
    try {
      return (await this.#reader.read(into)).value;
    } catch (error) {
      if (this.#closed) return undefined;
      throw error;
    }
  }
}
