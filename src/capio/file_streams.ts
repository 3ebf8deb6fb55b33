/** As fast as larger ones, and no waste for files of a few bytes. */
const CHUNK_BYTES = 256 * 1024;

/** A byte stream over `file.read`, which closes the file when it ends. */
export function readableOf(
  file: Deno.FsFile,
): ReadableStream<Uint8Array<ArrayBuffer>> {
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
        closeQuietly(file);
        throw error;
      }
    },
    cancel: () => closeQuietly(file),
  });
}

/** A stream over `file.write`; `giveUp` ends it when it is aborted. */
export function writableOf(
  file: Deno.FsFile,
  giveUp: () => void,
): WritableStream<Uint8Array<ArrayBufferLike>> {
  return new WritableStream({
    async write(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
    },
    close: () => file.close(),
    abort: giveUp,
  });
}

/** The program may have closed the file itself. */
function closeQuietly(file: Deno.FsFile): void {
  try {
    file.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
