/** As fast as larger ones, and no waste for files of a few bytes. */
const CHUNK_BYTES = 256 * 1024;

type Readable = ReadableStream<Uint8Array<ArrayBuffer>>;
type Writable = WritableStream<Uint8Array<ArrayBufferLike>>;

// A file has one of each, however often it is asked.
const readables = new WeakMap<Deno.FsFile, Readable>();
const writables = new WeakMap<Deno.FsFile, Writable>();

/** The byte stream over `file.read`, which closes the file when it ends. */
export function readableOf(file: Deno.FsFile): Readable {
  return remembered(readables, file, () => makeReadable(file));
}

/** The stream over `file.write`; `giveUp` ends it when it is aborted. */
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
        const count = await file.read(view);
        if (count === null) {
          controller.close();
          request.respond(0);
          file.close();
        } else {
          request.respond(count);
        }
      } catch (error) {
        closeQuietly(() => file.close());
        throw error;
      }
    },
    cancel: () => closeQuietly(() => file.close()),
  });
}

function makeWritable(file: Deno.FsFile, giveUp: () => void): Writable {
  return new WritableStream({
    async write(chunk) {
      for (let rest = bytesOf(chunk); rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
    },
    close: () => file.close(),
    abort: giveUp,
  });
}

/** The bytes of all that the stream of a file takes. */
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

/** Calls `close`, for a file that the program may have closed itself. */
export function closeQuietly(close: () => void): void {
  try {
    close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
