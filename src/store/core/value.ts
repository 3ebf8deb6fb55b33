import {
  checkInteger,
  checkSignal,
  methodsErrAtCaller,
  outOfRange,
} from "../../internal/mod.ts";
import { bufferIterator, type ProgressReporter } from "../../streams/mod.ts";
import type { JsonValue, Metadata } from "./metadata.ts";
import { StoreError } from "./store_error.ts";
import { liveSignal, type WaitOptions } from "./wait_options.ts";

/** Options for {@linkcode Value.iterdata}. */
export interface IterdataOptions extends WaitOptions {
  /**
   * Bytes in each chunk but the last.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /** Gets the number of bytes so far after each chunk. */
  progress?: ProgressReporter;
}

/**
 * Bytes in a chunk of a value's stream: a new buffer of that size is the
 * cheapest to allocate and to free. Readers that bring their own buffers may
 * bring larger ones.
 */
export const STREAM_CHUNK_BYTES = 65_536;

/** A byte order mark is a character like others: a text comes back as it was. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The attributes of a {@linkcode Value}.
 *
 * @typeParam M The metadata.
 */
export interface ValueInfo<M extends object = Metadata> {
  /** The metadata that was stored with the value. */
  readonly metadata: M;
  /** Length of the data in bytes. */
  readonly size: number;
  /** When the key got its first value, in milliseconds since 1970. */
  readonly created?: number;
  /** When the value or its metadata last changed, in milliseconds since 1970. */
  readonly modified?: number;
}

/**
 * A value of a store: bytes to be streamed, metadata, size and times.
 *
 * Nothing is held open until bytes are read, and they may be read more than
 * once. A stream that has begun ends with the bytes it began with. Reading that
 * begins after the value was replaced may fail with the `StoreError`
 * `REPLACED`, but never mixes old and new bytes.
 *
 * @example Usage
 * ```ts
 * import { MemoryStore } from "@sluice/sluice/store";
 *
 * await using store = await new MemoryStore().connect();
 * await store.set("a", { data: "text", metadata: { from: "me" } });
 * const value = await store.get("a");
 * console.log(value.size, value.metadata); // 4 { from: "me" }
 * console.log(await value.text()); // text
 * await value.range(1, 3).pipeTo(Deno.stdout.writable); // ex
 * ```
 *
 * @typeParam M The metadata.
 */
export abstract class Value<M extends object = Metadata> {
  /** The metadata that was stored with the value. */
  readonly metadata: M;
  /** Length of the data in bytes. */
  readonly size: number;

  readonly #created: number | undefined;
  readonly #modified: number | undefined;

  /**
   * Makes a value.
   *
   * @param info Its attributes.
   */
  constructor(info: ValueInfo<M>) {
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
   * @param options A signal that ends the stream with its reason as the error.
   * @returns The stream.
   * @throws {RangeError} If `start` or `end` is not a non-negative integer, or
   * `end` lies before `start`.
   */
  range(
    start = 0,
    end = Infinity,
    { signal }: WaitOptions = {},
  ): ReadableStream<Uint8Array> {
    checkRange(start, end);
    checkSignal("signal", signal);
    const last = Math.min(end, this.size);
    return this.read(Math.min(start, last), last, signal);
  }

  /**
   * All bytes at once.
   *
   * @param options A signal that ends the wait.
   * @returns The bytes, which are the caller's to change.
   */
  bytes(options: WaitOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    // One more promise takes longer than a small value in memory.
    if (options.signal === undefined) return this.readWhole();
    return Promise.try(() => this.readWhole(liveSignal(options)));
  }

  /**
   * All bytes as text.
   *
   * @param options A signal that ends the wait.
   * @returns The text, exactly as it was stored.
   * @throws {StoreError} `NOT_TEXT` if the bytes are not UTF-8.
   */
  async text(options: WaitOptions = {}): Promise<string> {
    const bytes = await this.bytes(options);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new StoreError(
        "NOT_TEXT",
        `Cannot read the value of ${bytes.length} bytes as text: expected UTF-8, found other bytes: use bytes()`,
        { cause },
      );
    }
  }

  /**
   * All bytes as JSON.
   *
   * @typeParam T The type that the caller expects, which is not checked.
   * @param options A signal that ends the wait.
   * @returns The parsed value.
   * @throws {StoreError} `NOT_TEXT` if the bytes are not UTF-8, `NOT_JSON` if
   * they are not JSON; the `cause` has the place.
   */
  async json<T = JsonValue>(options: WaitOptions = {}): Promise<T> {
    const text = await this.text(options);
    try {
      // The files of some programs begin with a byte order mark.
      return JSON.parse(text.replace(/^\uFEFF/, ""));
    } catch (cause) {
      throw new StoreError(
        "NOT_JSON",
        `Cannot read the value as JSON: ${
          (cause as Error).message
        }: use text()`,
        { cause },
      );
    }
  }

  /**
   * All bytes, in chunks of one size.
   *
   * @param options How large the chunks are, and where to report progress.
   * @returns The chunks, the last of which may be shorter.
   * @throws {RangeError} If `bufferSize` is not a positive integer.
   */
  iterdata(options: IterdataOptions = {}): ReadableStream<Uint8Array> {
    return bufferIterator(this.range(0, Infinity, options), options);
  }

  /**
   * Opens the bytes of a checked range: `0 <= start <= end <= size`.
   *
   * @param start Index of the first byte.
   * @param end Index behind the last byte.
   * @param signal Ends the stream with its reason as the error.
   * @returns A byte stream, which holds nothing before it is read.
   */
  protected abstract read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array>;

  /**
   * Reads all bytes. A backend that has them at hand may do so in a faster way
   * than through a stream.
   *
   * @param signal Ends the wait.
   * @returns The bytes, which are the caller's to change.
   */
  protected async readWhole(
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.size);
    let length = 0;
    for await (const chunk of this.read(0, this.size, signal)) {
      bytes.set(chunk, length);
      length += chunk.length;
    }
    return bytes;
  }
}

// A backend whose bytes can be missing traces the errors of its own readWhole.
methodsErrAtCaller(Value, { except: ["bytes"] });

/** Throws unless `start` and `end` are a range of bytes. */
export function checkRange(start: number, end: number): void {
  checkInteger("start", start, { min: 0 });
  checkInteger("end", end, { min: 0, orInfinity: true });
  if (start <= end) return;
  throw outOfRange("end", `at least the start, which is ${start}`, end);
}
