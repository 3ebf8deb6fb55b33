import { CallPlace } from "../../internal/mod.ts";
import type { ChunkAssembler } from "./chunk_assembler.ts";
import { type ProgressReporter, reportProgress } from "./progress.ts";

/** Bytes in a chunk when nothing else is asked for. */
export const BUFFER_SIZE = 1_048_576;

/** What a {@linkcode BufferedSource} does besides reading. */
export interface BufferedSourceOptions {
  /** Bytes in a chunk for a reader without a buffer of its own. */
  readonly bufferSize?: number;
  /** Most bytes to read. */
  readonly maxBytes?: number;
  /** Is told the number of bytes so far. */
  readonly progress?: ProgressReporter;
  /** Ends the stream with its reason. */
  readonly signal?: AbortSignal;
}

/** Feeds a stream with what a {@linkcode ChunkAssembler} reads. */
export class BufferedSource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #place = new CallPlace();
  readonly #chunks: ChunkAssembler;
  readonly #bufferSize: number;
  readonly #maxBytes: number;
  readonly #progress: ProgressReporter | undefined;
  readonly #signal: AbortSignal | undefined;
  #stopListening: () => void = () => {};
  #total = 0;

  constructor(chunks: ChunkAssembler, options: BufferedSourceOptions = {}) {
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
      this.#release(signal.reason);
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
      this.#release(error);
      throw this.#place.traced(error);
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
    this.#release(undefined);
    reportProgress(this.#progress, this.#total);
  }

  /** Ignores errors: the reader has its end or its error already. */
  #release(reason: unknown): void {
    this.#stopListening();
    this.#chunks.cancel(reason).catch(() => {});
  }
}
