import { recycledChunks } from "../../internal/mod.ts";

/**
 * Cuts data into chunks of `size` bytes, the last of which may be shorter,
 * calls `use` with the first of them and all others, and lets go of the data
 * however `use` ends. The first chunk of empty data is empty.
 *
 * A chunk of a stream is good until the next one is asked for.
 */
export async function withChunks<T>(
  data: Uint8Array | ReadableStream<Uint8Array>,
  size: number,
  use: (first: Uint8Array, rest: Chunks) => T | Promise<T>,
): Promise<T> {
  const chunks = data instanceof Uint8Array
    ? slices(data, size)
    : recycledChunks(data, size);
  try {
    const { value: first = new Uint8Array() } = await chunks.next();
    return await use(first, chunks);
  } finally {
    await chunks.return(undefined);
  }
}

/** Chunks to be read one after the other. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

function* slices(data: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) {
    yield data.subarray(at, at + size);
  }
}
