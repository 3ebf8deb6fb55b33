import {
  checkInteger,
  denoErrors,
  methodsErrAtCaller,
} from "../../internal/mod.ts";
import { type ByteSource, openSource } from "../sources/mod.ts";
import { BUFFER_SIZE, BufferedSource } from "./buffered_source.ts";
import { ChunkAssembler } from "./chunk_assembler.ts";

/**
 * Reads any source of bytes in pieces of any size, as one reads a file.
 *
 * No more is read than was asked for, where the source can be read in parts.
 * Reads that are started at the same time get their bytes in the order in which
 * they were started.
 *
 * Import it from `@sluice/sluice/streams`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * After `encore.storage.utils.BufferIteratorIO`.
 *
 * @example Read a header of 16 bytes, then the rest as a stream
 * ```ts
 * import { BufferIteratorIO } from "@sluice/sluice/streams";
 *
 * const response = await fetch("https://example.com/measurements.bin");
 * await using io = new BufferIteratorIO(response);
 * const header = await io.read(16);
 * if (header.length < 16) throw new Error("The file ends in its header");
 * for await (const chunk of io.readable) console.log(chunk.length);
 * ```
 */
export class BufferIteratorIO {
  readonly #chunks: ChunkAssembler;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  readonly #closing = new AbortController();
  #lastRead: Promise<unknown> = Promise.resolve();
  #rejectRead: (reason: unknown) => void = () => {};

  /**
   * Opens the source and reads nothing yet.
   *
   * @param source The bytes.
   * @throws {TypeError} When `source` is nothing to read bytes from, is locked
   * or already used.
   */
  constructor(source: ByteSource) {
    this.#chunks = new ChunkAssembler(openSource(source));
  }

  /**
   * The bytes that have not been read yet, as a byte stream of 1 MiB chunks.
   * Use it or {@linkcode BufferIteratorIO.read}, not both at the same time.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= new ReadableStream(
      new BufferedSource(this.#chunks, { signal: this.#closing.signal }),
    );
    return this.#readable;
  }

  /**
   * Reads the next `size` bytes.
   *
   * @param size The number of bytes, 1 MiB when left out.
   * @returns The bytes; fewer when the data ends before, none at its end.
   * @throws {RangeError} When `size` is not a positive integer.
   * @throws {TypeError} When a reader has locked `readable`.
   * @throws {Deno.errors.BadResource} When this is closed before or meanwhile.
   * @throws The error of the source, now and in every later call.
   */
  async read(size: number = BUFFER_SIZE): Promise<Uint8Array<ArrayBuffer>> {
    checkInteger("size", size, { min: 1 });
    const read = this.#lastRead.then(() => this.#read(size));
    this.#lastRead = read.catch(() => {});
    return await read;
  }

  /**
   * Releases the source: a stream is cancelled, `return()` of an iterator is
   * called, a file or a connection stays open and is closed by the code that
   * opened it. Reads that wait, and later ones, fail.
   */
  async close(): Promise<void> {
    const closed = new denoErrors.BadResource(
      "Cannot read: the BufferIteratorIO is closed",
    );
    this.#closing.abort(closed);
    this.#rejectRead(closed);
    await this.#chunks.cancel(closed);
  }

  /** The same as {@linkcode BufferIteratorIO.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#closing.signal.throwIfAborted();
    if (this.#readable?.locked) {
      throw new TypeError(
        `Cannot read: "readable" is locked by another reader, release that one first`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<
      Uint8Array<ArrayBuffer>
    >();
    this.#rejectRead = reject;
    this.#chunks.chunk(size).then(resolve, reject);
    return promise;
  }
}

methodsErrAtCaller(BufferIteratorIO);
