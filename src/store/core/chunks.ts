/**
 * Cuts data into chunks of `size` bytes, the last of which may be shorter.
 *
 * The bytes of a stream all pass through one buffer: a chunk is only good until
 * the next one is asked for. Leaving early cancels the stream.
 */
export async function* chunksOf(
  data: Uint8Array | ReadableStream<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBufferLike>> {
  if (data instanceof Uint8Array) {
    for (let at = 0; at < data.length; at += size) {
      yield data.subarray(at, at + size);
    }
    return;
  }
  const reader = data.getReader({ mode: "byob" });
  let buffer: Uint8Array<ArrayBuffer> = new Uint8Array(size);
  try {
    for (;;) {
      const { done, value } = await reader.read(buffer, { min: size });
      if (value?.length) yield value;
      if (done || !value) return;
      buffer = new Uint8Array(value.buffer);
    }
  } finally {
    // Cancelling a stream that has come to its end does nothing.
    await reader.cancel();
  }
}

/**
 * Hands over the first chunk, and all others as they come, and lets go of the
 * data whatever comes of it. The first chunk of data that ends before it has
 * begun is empty.
 */
export async function withChunks<T>(
  data: Uint8Array | ReadableStream<Uint8Array>,
  size: number,
  use: (
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
  ) => T | Promise<T>,
): Promise<T> {
  const chunks = chunksOf(data, size);
  try {
    const { value: first = new Uint8Array() } = await chunks.next();
    return await use(first, chunks);
  } finally {
    await chunks.return(undefined);
  }
}
