import { recycledChunks } from "../../internal/mod.ts";
import type { MaybePromise } from "./maybe_promise.ts";

/** How a backend stores small and large values. */
export interface StoreBySize<T> {
  /** Most bytes of a small value. */
  readonly smallBytes: number;
  /** Bytes in each chunk of a large value but the last; more than `smallBytes`. */
  readonly chunkBytes: number;
  /** Stores a small value. */
  small(bytes: Uint8Array): MaybePromise<T>;
  /** Stores a large value, of which each chunk is good until the next is read. */
  large(first: Uint8Array, rest: Chunks): MaybePromise<T>;
}

/** Chunks to be read one after the other. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Stores data in one of two ways, by its size, and lets go of a stream however
 * that ends. The size of a stream is unknown: its first chunk decides.
 */
export function storeBySize<T>(
  data: Uint8Array | ReadableStream<Uint8Array>,
  by: StoreBySize<T>,
): MaybePromise<T> {
  return data instanceof Uint8Array && data.length <= by.smallBytes
    ? by.small(data)
    : storeChunks(data, by);
}

async function storeChunks<T>(
  data: Uint8Array | ReadableStream<Uint8Array>,
  by: StoreBySize<T>,
): Promise<T> {
  const chunks = data instanceof Uint8Array
    ? slices(data, by.chunkBytes)
    : recycledChunks(data, by.chunkBytes);
  try {
    const { value: first = new Uint8Array() } = await chunks.next();
    return await (first.length <= by.smallBytes
      ? by.small(first)
      : by.large(first, chunks));
  } finally {
    await chunks.return(undefined);
  }
}

function* slices(data: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) {
    yield data.subarray(at, at + size);
  }
}
