import {
  CallPlace,
  READ_AVAILABLE,
  readsAvailable,
  writeAll,
} from "../../internal/mod.ts";

/** Bytes that a writer may hand over before it has to wait. */
const WRITE_AHEAD_BYTES = 64 * 1024;
/** Larger chunks are no faster and waste memory on small files. */
const CHUNK_BYTES = 256 * 1024;

type Readable = ReadableStream<Uint8Array<ArrayBuffer>>;
type Writable = WritableStream<Uint8Array<ArrayBufferLike>>;

// A file has one stream of each kind, as Deno's own has.
const readables = new WeakMap<Deno.FsFile, Readable>();
const writables = new WeakMap<Deno.FsFile, Writable>();

/** Returns the byte stream over `file.read`, whose end closes the file. */
export function readableOf(file: Deno.FsFile): Readable {
  return remembered(readables, file, () => makeReadable(file));
}

/** Returns the stream over `file.write`; `giveUp` runs when it is aborted. */
export function writableOf(file: Deno.FsFile, giveUp: () => void): Writable {
  return remembered(writables, file, () => makeWritable(file, giveUp));
}

function remembered<T>(
  streams: WeakMap<Deno.FsFile, T>,
  file: Deno.FsFile,
  make: () => T,
): T {
  const present = streams.get(file);
  if (present) return present;
  const made = make();
  streams.set(file, made);
  return made;
}

function makeReadable(file: Deno.FsFile): Readable {
  const place = new CallPlace();
  const read = (view: Uint8Array) =>
    readsAvailable(file) ? file[READ_AVAILABLE](view) : file.read(view);
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller) {
      const request = controller.byobRequest;
      // With `autoAllocateChunkSize` every pull comes with a buffer.
      if (!request?.view) return;
      const { buffer, byteOffset, byteLength } = request.view;
      const view = new Uint8Array(buffer, byteOffset, byteLength);
      try {
        const count = await read(view);
        if (count === null) {
          controller.close();
          request.respond(0);
          file.close();
        } else {
          request.respond(count);
        }
      } catch (error) {
        closeQuietly(() => file.close());
        throw place.traced(ofStream(error));
      }
    },
    cancel: () => closeQuietly(() => file.close()),
  });
}

function makeWritable(file: Deno.FsFile, giveUp: () => void): Writable {
  const place = new CallPlace();
  return new WritableStream({
    async write(chunk) {
      try {
        await writeAll(file, bytesOf(chunk));
      } catch (error) {
        throw place.traced(ofStream(error));
      }
    },
    close: () => closeQuietly(() => file.close()),
    abort: giveUp,
  }, {
    highWaterMark: WRITE_AHEAD_BYTES,
    size: (chunk) => bytesOf(chunk).byteLength,
  });
}

/** Says of a closed file what the streams of Deno's own files say. */
function ofStream(error: unknown): unknown {
  if (!(error instanceof Deno.errors.BadResource)) return error;
  return new Deno.errors.BadResource(
    "The stream's underlying resource was closed or consumed",
    { cause: error },
  );
}

/** Returns the bytes of a chunk, of any kind that such a stream takes. */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError(
    "Expected ArrayBuffer or ArrayBufferView for write chunk",
  );
}

/** Calls `close` of a file that the program may have closed already. */
export function closeQuietly(close: () => void): void {
  try {
    close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
