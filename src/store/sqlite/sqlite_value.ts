import { methodsErrAtCaller } from "../../internal/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import { STREAM_CHUNK_BYTES, Value, type ValueInfo } from "../core/mod.ts";
import type { ValueChunks } from "./sqlite_chunks.ts";

/** A value whose bytes are in the row of its key. */
export class InlineValue extends Value {
  readonly #bytes: Uint8Array;

  constructor(info: ValueInfo, bytes: Uint8Array) {
    super(info);
    this.#bytes = bytes;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    return bufferIterator(this.#bytes.subarray(start, end), { signal });
  }

  protected override readWhole(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array(this.#bytes));
  }
}

/** A value whose bytes are in chunks. */
export class ChunkedValue extends Value {
  readonly #chunks: ValueChunks;

  constructor(info: ValueInfo, chunks: ValueChunks) {
    super(info);
    this.#chunks = chunks;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    return bufferIterator(this.#chunks.read(start, end), {
      bufferSize: STREAM_CHUNK_BYTES,
      signal,
    });
  }

  protected override async readWhole(
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    // Before the size that the row claims is allocated.
    this.#chunks.check();
    return await super.readWhole(signal);
  }
}

methodsErrAtCaller(ChunkedValue);
