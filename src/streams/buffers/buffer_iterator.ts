import { type ByteSource, openSource } from "../sources/mod.ts";
import { ChunkAssembler } from "./chunk_assembler.ts";
import { inspect } from "../../internal/mod.ts";
import { checkInteger } from "../../internal/mod.ts";
import {
  checkProgress,
  type ProgressReporter,
  reportProgress,
} from "./progress.ts";

/** Bytes in a chunk when nothing else is asked for. */
export const BUFFER_SIZE = 1_048_576;

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
 * or already used, `progress` cannot be told, or `signal` is none.
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
  const { bufferSize = BUFFER_SIZE, maxBytes = Infinity } = options;
  checkInteger("bufferSize", bufferSize, { min: 1 });
  checkInteger("maxBytes", maxBytes, { min: 0, orInfinity: true });
  checkProgress(options.progress);
  checkSignal(options.signal);
  const chunks = new ChunkAssembler(openSource(source, { maxBytes }));
  return new ReadableStream(
    new BufferedSource(chunks, options),
  );
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(
    `"signal" must be an AbortSignal, found ${inspect(signal)}`,
  );
}

/** What feeds the stream of {@linkcode bufferIterator}. */
export class BufferedSource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #chunks: ChunkAssembler;
  readonly #bufferSize: number;
  readonly #maxBytes: number;
  readonly #progress: ProgressReporter | undefined;
  readonly #signal: AbortSignal | undefined;
  #stopListening: () => void = () => {};
  #total = 0;

  constructor(chunks: ChunkAssembler, options: BufferIteratorOptions = {}) {
    this.#chunks = chunks;
    this.#bufferSize = options.bufferSize ?? BUFFER_SIZE;
    this.#maxBytes = options.maxBytes ?? Infinity;
    this.#progress = options.progress;
    this.#signal = options.signal;
  }

  start(controller: ReadableByteStreamController): void {
    const signal = this.#signal;
    if (!signal) return;
    const abort = () => {
      controller.error(signal.reason);
      this.#letGo(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    this.#stopListening = () => signal.removeEventListener("abort", abort);
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    try {
      const count = await this.#deliver(controller);
      this.#total += count;
      if (count > 0) reportProgress(this.#progress, this.#total);
      const ended = this.#chunks.ended || this.#total === this.#maxBytes;
      if (ended) this.#end(controller);
    } catch (error) {
      this.#letGo(error);
      throw error;
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#stopListening();
    await this.#chunks.cancel(reason);
  }

  /** Fills the buffer that the reader brought, or one made for it. */
  async #deliver(controller: ReadableByteStreamController): Promise<number> {
    const left = this.#maxBytes - this.#total;
    const request = controller.byobRequest;
    if (request?.view) {
      const { buffer, byteOffset, byteLength } = request.view;
      const length = Math.min(left, byteLength);
      const count = await this.#chunks.fill(
        new Uint8Array(buffer, byteOffset, length),
      );
      if (count > 0) request.respond(count);
      return count;
    }
    const chunk = await this.#chunks.chunk(Math.min(left, this.#bufferSize));
    const count = chunk.length;
    if (count > 0) controller.enqueue(chunk);
    return count;
  }

  #end(controller: ReadableByteStreamController): void {
    controller.close();
    controller.byobRequest?.respond(0);
    this.#letGo(undefined);
    reportProgress(this.#progress, this.#total);
  }

  /** What goes wrong while the source is left is no news to the reader. */
  #letGo(reason: unknown): void {
    this.#stopListening();
    this.#chunks.cancel(reason).catch(() => {});
  }
}
