import { STREAM_CHUNK_BYTES } from "../core/mod.ts";

/** Bytes in memory, which are never changed. */
export type MemoryChunks = readonly Uint8Array<ArrayBuffer>[];

/**
 * Opens some of the bytes as a byte stream. A reader with a buffer of its own
 * gets them there; any other one gets copies, which are its own to change.
 */
export function memoryStream(
  chunks: MemoryChunks,
  start: number,
  end: number,
  signal?: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    new MemorySource(chunks, start, end, signal),
    { highWaterMark: 0 },
  );
}

/** Copies bytes from one index to another, which are there, to a new array. */
export function memoryBytes(
  chunks: MemoryChunks,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) {
    // The memory of a slice need not be cleared before it is written.
    return chunks[0].slice(start, end);
  }
  const bytes = new Uint8Array(end - start);
  copyFrom(chunks, start, bytes);
  return bytes;
}

class MemorySource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #chunks: MemoryChunks;
  readonly #end: number;
  readonly #signal: AbortSignal | undefined;
  #at: number;
  #onAbort: (() => void) | undefined;

  constructor(
    chunks: MemoryChunks,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
  ) {
    this.#chunks = chunks;
    this.#at = start;
    this.#end = end;
    this.#signal = signal;
  }

  start(controller: ReadableByteStreamController): void {
    const signal = this.#signal;
    if (signal === undefined) return;
    if (signal.aborted) return controller.error(signal.reason);
    this.#onAbort = () => controller.error(signal.reason);
    signal.addEventListener("abort", this.#onAbort);
  }

  pull(controller: ReadableByteStreamController): void {
    const left = this.#end - this.#at;
    const request = controller.byobRequest;
    if (left === 0) {
      this.#release();
      controller.close();
      request?.respond(0);
      return;
    }
    const view = request?.view;
    if (request && view) {
      const count = Math.min(left, view.byteLength);
      const into = new Uint8Array(view.buffer, view.byteOffset, count);
      copyFrom(this.#chunks, this.#at, into);
      this.#at += count;
      request.respond(count);
      return;
    }
    const next = this.#at + Math.min(left, STREAM_CHUNK_BYTES);
    controller.enqueue(memoryBytes(this.#chunks, this.#at, next));
    this.#at = next;
    if (next < this.#end) return;
    this.#release();
    controller.close();
  }

  cancel(): void {
    this.#release();
  }

  #release(): void {
    const onAbort = this.#onAbort;
    if (onAbort) this.#signal?.removeEventListener("abort", onAbort);
  }
}

/** Fills an array with the bytes from an index on. */
function copyFrom(
  chunks: MemoryChunks,
  start: number,
  into: Uint8Array,
): void {
  let skip = start;
  let length = 0;
  for (const chunk of chunks) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    const part = chunk.subarray(skip, skip + into.length - length);
    into.set(part, length);
    length += part.length;
    if (length === into.length) return;
    skip = 0;
  }
}
