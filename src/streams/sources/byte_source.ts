import { ByobPuller } from "./byob_puller.ts";
import type { BytePuller, StreamPuller } from "./byte_puller.ts";
import { type ChunkIterator, ChunkPuller } from "./chunk_puller.ts";
import { FilePuller } from "./file_puller.ts";
import {
  encodeText,
  isDeno,
  madeAtCaller,
  READ_AVAILABLE,
  readsAvailable,
  refused,
} from "../../internal/mod.ts";
import { ReaderPuller, SyncReaderPuller } from "./reader_puller.ts";

/**
 * Everything that the functions of this module read bytes from.
 *
 * * A `ReadableStream` is locked while it is read, and cancelled when its reader
 *   stops early. An iterable has its `return()` called then.
 * * An object with `read` or `readSync` (a `Deno.FsFile`, a `Deno.Conn`) is read
 *   from its current position and never closed: the code that opened it closes
 *   it. `readSync` is called where there is no `read`; a regular file is read
 *   synchronously as long as that does not block the event loop. When its reader
 *   stops early, a file's position is where the reader has come.
 * * The body of a `Response` or `Request` is consumed; no body counts as empty.
 * * A string is its bytes in UTF-8. One with lone surrogates has none and is
 *   refused.
 */
export type ByteSource =
  | string
  | Uint8Array
  | ReadableStream<Uint8Array>
  | { read(into: Uint8Array): Promise<number | null> }
  | { readSync(into: Uint8Array): number | null }
  | Blob
  | Response
  | Request
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** Options for {@linkcode openSource}. */
export interface OpenSourceOptions {
  /**
   * Most bytes that will ever be pulled: nothing is read ahead past them.
   *
   * @default {Infinity}
   */
  maxBytes?: number;
}

/** The prototype of Deno's own files, even if `Deno.FsFile` is replaced later. */
const FILE_PROTOTYPE = isDeno ? Deno.FsFile.prototype : undefined;

/**
 * Opens any {@linkcode ByteSource} to be pulled from, and reads nothing yet.
 *
 * @throws {TypeError} When it is no source of bytes, is locked or already used.
 */
export function openSource(
  source: ByteSource,
  { maxBytes = Infinity }: OpenSourceOptions = {},
): BytePuller {
  if (typeof source === "string") {
    return new ChunkPuller([encodeText("source", source)].values());
  }
  if (typeof source !== "object" || source === null) throw notASource(source);
  if (source instanceof Uint8Array) return new ChunkPuller([source].values());
  if (source instanceof ReadableStream) return openStream(source);
  if (source instanceof Blob) return openStream(source.stream());
  if (source instanceof Response || source instanceof Request) {
    return openBody(source);
  }
  if (isPlainFile(source)) return new FilePuller(source, { maxBytes });
  // Its `read` waits until the buffer is full.
  if (readsAvailable(source)) {
    return new ReaderPuller({ read: (into) => source[READ_AVAILABLE](into) });
  }
  // Streams of Node.js have a `read` of another kind, and iterate.
  if (has(source, Symbol.asyncIterator)) {
    return new ChunkPuller(source[Symbol.asyncIterator]());
  }
  if (has(source, "read")) return new ReaderPuller(source);
  if (has(source, "readSync")) return new SyncReaderPuller(source);
  if (ArrayBuffer.isView(source)) throw notASource(source);
  if (has(source, Symbol.iterator)) {
    return new ChunkPuller(source[Symbol.iterator]());
  }
  throw notASource(source);
}

/** Opens a stream to be pulled from, as {@linkcode openSource} does. */
export function openStream(stream: ReadableStream<Uint8Array>): StreamPuller {
  if (stream.locked) {
    throw madeAtCaller(() =>
      new TypeError(
        `Cannot read the source: it is a ReadableStream that another reader has locked`,
      )
    );
  }
  const reader = byobReader(stream);
  return reader ? new ByobPuller(reader) : new ChunkPuller(chunksOf(stream));
}

/** Returns a BYOB reader, or `undefined` when the stream is no byte stream. */
function byobReader(
  stream: ReadableStream<Uint8Array>,
): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Like the stream's own iterator, but can be cancelled while a chunk is awaited. */
function chunksOf(stream: ReadableStream<Uint8Array>): ChunkIterator {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    return: (reason) => reader.cancel(reason),
  };
}

function openBody(source: Response | Request): BytePuller {
  if (source.bodyUsed) {
    const kind = source instanceof Response ? "Response" : "Request";
    throw madeAtCaller(() =>
      new TypeError(
        `Cannot read the source: the body of the ${kind} is already used`,
      )
    );
  }
  return source.body ? openStream(source.body) : new ChunkPuller([].values());
}

/**
 * Returns whether `readSync` may be called: that of a subclass may wait for
 * something that happens in this event loop.
 */
function isPlainFile(source: ByteSource): source is Deno.FsFile {
  return Object.getPrototypeOf(source) === FILE_PROTOTYPE;
}

function has<T extends object, K extends PropertyKey>(
  source: T,
  key: K,
): source is Extract<T, Record<K, unknown>> {
  return typeof (source as Record<PropertyKey, unknown>)[key] === "function";
}

function notASource(source: unknown): TypeError {
  return refused(
    "source",
    "a string, a stream, a reader, a Blob, a Response, a Request, a Uint8Array or an iterable of Uint8Array",
    source,
  );
}
