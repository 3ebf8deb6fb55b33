import { openStream, type StreamPuller } from "../sources/mod.ts";

/**
 * Reads a stream of bytes into buffers, as one reads a socket: with BYOB reads
 * when it is a byte stream, with default reads otherwise.
 *
 * The stream is locked for as long as the reader exists. Await each read
 * before the next one.
 *
 * @example Count the bytes that a connection sends
 * ```ts
 * import { ByteReader } from "@sluice/sluice/streams";
 *
 * using connection = await Deno.connect({ port: 2025 });
 * const reader = new ByteReader(connection.readable);
 * let buffer = new Uint8Array(262_144);
 * let total = 0;
 * for (;;) {
 *   const filled = await reader.fill(buffer);
 *   if (filled.length === 0) break;
 *   total += filled.length;
 *   buffer = new Uint8Array(filled.buffer);
 * }
 * console.log(total);
 * ```
 */
export class ByteReader implements AsyncDisposable {
  readonly #puller: StreamPuller;
  #hasFailed = false;

  /**
   * Locks the stream and reads nothing yet.
   *
   * @param readable The stream to read.
   * @throws {TypeError} When the stream is locked.
   */
  constructor(readable: ReadableStream<Uint8Array>) {
    this.#puller = openStream(readable);
  }

  /**
   * Copies the next bytes to the start of `into`, which has room for at least
   * one.
   *
   * @param into Keeps its buffer, unlike that of {@linkcode ByteReader.fill}.
   * @returns The number of bytes: 0 only at the end of the stream.
   * @throws The error of the stream.
   */
  async read(into: Uint8Array): Promise<number> {
    try {
      return await this.#puller.pull(into);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /**
   * Reads the next bytes to the start of `view`, which has room for at least
   * one, without a copy where the stream is a byte stream.
   *
   * @param view Its buffer passes to the reader, as in
   * `ReadableStreamBYOBReader.read`; what it holds outside of the view is kept.
   * @returns The bytes, in the buffer that `view` had: none only at the end of
   * the stream, which may keep the buffer and give back an empty one.
   * @throws The error of the stream; the buffer is lost then.
   */
  async fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#puller.fill(view);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /**
   * Cancels the stream, unless it has come to its end.
   *
   * @param reason Why nobody reads on.
   */
  async cancel(reason?: unknown): Promise<void> {
    await this.#puller.cancel(reason);
  }

  /**
   * The same as {@linkcode ByteReader.cancel}. A stream that has failed fails
   * again in this, which is not thrown.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.cancel();
    } catch (error) {
      if (!this.#hasFailed) throw error;
    }
  }
}
