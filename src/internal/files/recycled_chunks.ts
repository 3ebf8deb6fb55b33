/**
 * Reads a byte stream in chunks of `size` bytes; the last one may be shorter.
 *
 * All bytes pass through one buffer: a chunk is valid until the next one is
 * asked for. Leaving the loop early cancels the stream.
 */
export async function* recycledChunks(
  stream: ReadableStream<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new Uint8Array(size);
  try {
    for (;;) {
      const { done, value } = await reader.read(buffer, { min: size });
      if (value?.length) yield value;
      if (done || !value) return;
      buffer = new Uint8Array(value.buffer);
    }
  } finally {
    // Does nothing when the stream has come to its end.
    await reader.cancel();
  }
}
