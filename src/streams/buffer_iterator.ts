import { type BytePuller, type ByteSource, openSource } from "./byte_source.ts";
import { checkInteger, checkLimit } from "./integer_argument.ts";
import {
  checkProgress,
  type ProgressReporter,
  reportProgress,
} from "./progress.ts";

/** Options for {@linkcode bufferIterator}. */
export interface BufferIteratorOptions {
  /**
   * Bytes in every chunk but the last.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /**
   * Most bytes to read. The source is not read past them, as far as it lets
   * itself be read in parts, and is let go of when they are reached.
   *
   * @default {Infinity}
   */
  maxBytes?: number;
  /** Told the bytes so far after every chunk, and once more at the end. */
  progress?: ProgressReporter;
  /** Ends the stream with the signal's reason and cancels the source. */
  signal?: AbortSignal;
}

/**
 * Reads any source of bytes as a byte stream of equal chunks: each has exactly
 * `bufferSize` bytes, the last may have fewer, none is empty.
 *
 * The stream reads nothing before it is asked to. A reader with a buffer of
 * its own (`getReader({ mode: "byob" })`) has that filled whole instead, with
 * no copy and no allocation.
 *
 * After `encore.storage.utils.buffer_iterator`.
 *
 * @throws {TypeError} When `source` is nothing to read bytes from, is locked
 * or already used, or `progress` cannot be told.
 * @throws {RangeError} When `bufferSize` is not a positive integer or
 * `maxBytes` is not an integer from 0.
 *
 * @example Copy the first 10 MiB of a file
 * ```ts
 * import { bufferIterator } from "@sluice/sluice/streams";
 *
 * using source = await Deno.open("recording.wav");
 * await Deno.writeFile(
 *   "start.wav",
 *   bufferIterator(source, { maxBytes: 10 * 1024 ** 2 }),
 * );
 * ```
 *
 * @example Read into one buffer again and again
 * ```ts
 * import { bufferIterator } from "@sluice/sluice/streams";
 *
 * using file = await Deno.open("recording.wav");
 * const reader = bufferIterator(file).getReader({ mode: "byob" });
 * let buffer = new Uint8Array(1_048_576);
 * let zeros = 0;
 * for (;;) {
 *   const { done, value } = await reader.read(buffer);
 *   if (done) break;
 *   for (const byte of value) if (byte === 0) zeros++;
 *   buffer = new Uint8Array(value.buffer);
 * }
 * console.log(zeros);
 * ```
 */
export function bufferIterator(
  source: ByteSource,
  options: BufferIteratorOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { bufferSize = 1_048_576, maxBytes = Infinity } = options;
  checkInteger("bufferSize", bufferSize, 1);
  checkLimit("maxBytes", maxBytes);
  checkProgress(options.progress);
  const puller = openSource(source, { maxBytes });
  return new ReadableStream(
    new BufferedSource(puller, { ...options, bufferSize, maxBytes }),
  );
}

/** Capacity of the first chunk, which grows with what there is to read. */
const FIRST_CAPACITY = 16_384;

class BufferedSource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #puller: BytePuller;
  readonly #bufferSize: number;
  readonly #maxBytes: number;
  readonly #progress: ProgressReporter | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #stopListening = new AbortController();
  #capacity: number;
  #total = 0;
  #ended = false;

  constructor(
    puller: BytePuller,
    { bufferSize, maxBytes, progress, signal }:
      & BufferIteratorOptions
      & { bufferSize: number; maxBytes: number },
  ) {
    this.#puller = puller;
    this.#bufferSize = bufferSize;
    this.#maxBytes = maxBytes;
    this.#progress = progress;
    this.#signal = signal;
    this.#capacity = Math.min(bufferSize, FIRST_CAPACITY);
  }

  start(controller: ReadableByteStreamController): void {
    const signal = this.#signal;
    const abort = () => {
      controller.error(signal?.reason);
      this.#letGo(signal?.reason);
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, {
      signal: this.#stopListening.signal,
    });
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    try {
      const count = await this.#deliver(controller);
      this.#total += count;
      if (count > 0) reportProgress(this.#progress, this.#total);
      if (this.#ended || this.#total === this.#maxBytes) this.#end(controller);
    } catch (error) {
      this.#letGo(error);
      throw error;
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#stopListening.abort();
    await this.#puller.cancel(reason);
  }

  /** Fills the buffer that the reader brought, or one made for it. */
  async #deliver(controller: ReadableByteStreamController): Promise<number> {
    const left = this.#maxBytes - this.#total;
    const request = controller.byobRequest;
    if (request?.view) {
      const { buffer, byteOffset, byteLength } = request.view;
      const length = Math.min(left, byteLength);
      const count = await this.#fill(
        new Uint8Array(buffer, byteOffset, length),
      );
      if (count > 0) request.respond(count);
      return count;
    }
    const chunk = await this.#freshChunk(Math.min(left, this.#bufferSize));
    const count = chunk.length;
    if (count > 0) controller.enqueue(chunk);
    return count;
  }

  /** A chunk of `size` bytes, or of those left: a short one wastes no memory. */
  async #freshChunk(size: number): Promise<Uint8Array<ArrayBuffer>> {
    let chunk = new Uint8Array(Math.min(size, this.#capacity));
    let count = await this.#fill(chunk);
    while (count === chunk.length && count < size) {
      const larger = new Uint8Array(Math.min(size, 4 * count));
      larger.set(chunk);
      chunk = larger;
      count = await this.#fill(chunk, count);
    }
    this.#capacity = chunk.length;
    return count < chunk.length / 2
      ? chunk.slice(0, count)
      : chunk.subarray(0, count);
  }

  /** Fills `view` from `start` on and returns where the data in it ends. */
  async #fill(view: Uint8Array, start = 0): Promise<number> {
    let end = start;
    while (end < view.length) {
      const pulled = this.#puller.pull(view.subarray(end));
      const count = typeof pulled === "number" ? pulled : await pulled;
      if (count === 0) {
        this.#ended = true;
        break;
      }
      end += count;
    }
    return end;
  }

  #end(controller: ReadableByteStreamController): void {
    controller.close();
    controller.byobRequest?.respond(0);
    this.#letGo(undefined);
    reportProgress(this.#progress, this.#total);
  }

  /** What goes wrong while the source is left is no news to the reader. */
  #letGo(reason: unknown): void {
    this.#stopListening.abort();
    this.#puller.cancel(reason).catch(() => {});
  }
}
