import { bufferIterator, type ProgressReporter } from "../../streams/mod.ts";
import type { Metadata } from "./metadata.ts";

/** Options for {@linkcode Value.iterdata}. */
export interface IterdataOptions {
  /**
   * Bytes in each chunk but the last.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /** Told of the bytes so far after each chunk. */
  progress?: ProgressReporter;
  /** Ends the stream with the signal's reason as its error. */
  signal?: AbortSignal;
}

/**
 * Bytes in a chunk of a value's stream: a new buffer of that size is the
 * cheapest to get, and to get rid of again. Readers that bring their own may
 * bring larger ones.
 */
export const STREAM_CHUNK_BYTES = 65_536;

/** What a {@linkcode Value} is made from. */
export interface ValueInfo {
  /** What was stored with the value. */
  readonly metadata: Metadata;
  /** Length of the data in bytes. */
  readonly size: number;
  /** When the key got its first value, in milliseconds since 1970. */
  readonly created?: number;
  /** When the value or its metadata last changed, likewise. */
  readonly modified?: number;
}

/**
 * A value of a store: bytes to be streamed, and what is known about them.
 *
 * Nothing is held open until bytes are read, and they may be read more than
 * once. A stream that has begun ends with the bytes it began with; a value that
 * is read only after it was replaced may fail with the `StoreError` `REPLACED`,
 * never mix the two.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * await store.set("a", { data: new Blob(["text"]), metadata: { from: "me" } });
 * const value = await store.get("a");
 * console.log(value.size, value.metadata); // 4 { from: "me" }
 * await value.range(1, 3).pipeTo(Deno.stdout.writable); // ex
 * ```
 */
export abstract class Value {
  /** What was stored with the value. */
  readonly metadata: Metadata;
  /** Length of the data in bytes. */
  readonly size: number;

  readonly #created: number | undefined;
  readonly #modified: number | undefined;

  /**
   * Makes a value.
   *
   * @param info What is known about it.
   */
  constructor(info: ValueInfo) {
    this.metadata = info.metadata;
    this.size = info.size;
    this.#created = info.created;
    this.#modified = info.modified;
  }

  /** When the key got its first value, if the store knows. */
  get created(): Date | undefined {
    return this.#created === undefined ? undefined : new Date(this.#created);
  }

  /** When the value or its metadata last changed, if the store knows. */
  get modified(): Date | undefined {
    return this.#modified === undefined ? undefined : new Date(this.#modified);
  }

  /** All bytes, as a new byte stream each time. */
  get data(): ReadableStream<Uint8Array> {
    return this.range();
  }

  /**
   * Some of the bytes, as a byte stream.
   *
   * @param start Index of the first byte.
   * @param end Index behind the last byte; the data may end before.
   * @returns The stream.
   * @throws {RangeError} If `start` or `end` is not a non-negative integer, or
   * `end` lies before `start`.
   */
  range(start = 0, end = Infinity): ReadableStream<Uint8Array> {
    assertRange(start, end);
    const last = Math.min(end, this.size);
    return this.read(Math.min(start, last), last);
  }

  /**
   * All bytes at once.
   *
   * @returns The bytes, which are the caller's to change.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.size);
    let length = 0;
    for await (const chunk of this.data) {
      bytes.set(chunk, length);
      length += chunk.length;
    }
    return bytes;
  }

  /**
   * All bytes, in chunks of one size.
   *
   * @param options How large the chunks are, and who is told of them.
   * @returns The chunks, the last of which may be shorter.
   * @throws {RangeError} If `bufferSize` is not a positive integer.
   */
  iterdata(options: IterdataOptions = {}): ReadableStream<Uint8Array> {
    return bufferIterator(this.data, options);
  }

  /**
   * Opens the bytes of a checked range: `0 <= start <= end <= size`.
   *
   * @param start Index of the first byte.
   * @param end Index behind the last byte.
   * @returns A byte stream, which holds nothing before it is read.
   */
  protected abstract read(
    start: number,
    end: number,
  ): ReadableStream<Uint8Array>;
}

/** Refuses what is no range of bytes. */
export function assertRange(start: unknown, end: unknown): void {
  assertIndex("start", start);
  if (end !== Infinity) assertIndex("end", end);
  if (Number(start) <= Number(end)) return;
  throw new RangeError(`end must not lie before start ${start}, found ${end}`);
}

function assertIndex(name: string, index: unknown): void {
  if (Number.isSafeInteger(index) && Number(index) >= 0) return;
  throw new RangeError(
    `${name} must be a non-negative integer, found ${Deno.inspect(index)}`,
  );
}
