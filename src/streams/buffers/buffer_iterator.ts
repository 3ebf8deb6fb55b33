import {
  checkInteger,
  checkReporter,
  checkSignal,
} from "../../internal/mod.ts";
import { type ByteSource, openSource } from "../sources/mod.ts";
import { BUFFER_SIZE, BufferedSource } from "./buffered_source.ts";
import { ChunkAssembler } from "./chunk_assembler.ts";
import type { ProgressReporter } from "./progress.ts";

/** Options for {@linkcode bufferIterator}. */
export interface BufferIteratorOptions {
  /**
   * Bytes in every chunk but the last.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /**
   * Most bytes to read. The source is not read past them where it can be read
   * in parts, and is released when they are reached.
   *
   * @default {Infinity}
   */
  maxBytes?: number;
  /**
   * Is told the number of bytes so far after every chunk, and once more at the
   * end.
   *
   * @default {undefined}
   */
  progress?: ProgressReporter;
  /**
   * When it aborts, the stream fails with its reason and the source is
   * cancelled.
   *
   * @default {undefined}
   */
  signal?: AbortSignal;
}

/**
 * Reads any source of bytes as a byte stream of equal chunks: each has exactly
 * `bufferSize` bytes, the last may have fewer, none is empty.
 *
 * The stream reads nothing before its reader asks. For a reader with a buffer
 * of its own (`getReader({ mode: "byob" })`) the stream fills that buffer whole
 * instead, without a copy or an allocation.
 *
 * Import it from `@sluice/sluice/streams`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * After `encore.storage.utils.buffer_iterator`.
 *
 * @param source The bytes.
 * @param options The size of chunks, and limits.
 * @returns A byte stream; cancelling it releases the source.
 * @throws {TypeError} When `source` is nothing to read bytes from, is locked or
 * already used, or an option is of the wrong type.
 * @throws {RangeError} When `bufferSize` is not a positive integer or
 * `maxBytes` not a non-negative integer or `Infinity`.
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
  checkReporter("progress", options.progress);
  checkSignal("signal", options.signal);
  const chunks = new ChunkAssembler(openSource(source, { maxBytes }));
  return new ReadableStream(
    new BufferedSource(chunks, options),
  );
}
