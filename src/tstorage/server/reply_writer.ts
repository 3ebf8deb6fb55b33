import type { Connection } from "../transport/mod.ts";

const BUFFER_BYTES = 64 * 1024;

/** Writes an answer, and joins its small parts. */
export class ReplyWriter {
  readonly #connection: Connection;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #length = 0;

  /** Writes to a connection. */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds a part to the answer; `false` if the connection is lost. */
  async write(part: Uint8Array): Promise<boolean> {
    if (this.#length + part.length > BUFFER_BYTES && !await this.flush()) {
      return false;
    }
    if (part.length > BUFFER_BYTES) return await this.#connection.write(part);
    this.#buffer.set(part, this.#length);
    this.#length += part.length;
    return true;
  }

  /** Sends the parts so far; `false` if the connection is lost. */
  async flush(): Promise<boolean> {
    const part = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return await this.#connection.write(part);
  }
}
