import { bufferIterator, type ByteSource } from "../../streams/mod.ts";
import type { Change } from "./change.ts";
import { copyMetadata, type Metadata } from "./metadata.ts";

/** Bytes in one chunk of data whose metadata are still to come. */
const CHUNK_BYTES = 262_144;

/** A change whose metadata are known once its data has been read. */
export class PendingChange implements Change {
  readonly data: ReadableStream<Uint8Array>;
  readonly mode: Change["mode"];
  readonly pending: Promise<Metadata>;
  #metadata: Metadata | undefined;

  /** @param data Ends after the metadata: see {@linkcode endingAfter}. */
  constructor(
    data: ReadableStream<Uint8Array>,
    pending: Promise<Metadata>,
    mode: Change["mode"],
  ) {
    this.data = data;
    this.mode = mode;
    this.pending = pending;
    pending.then((metadata) => this.#metadata = metadata, () => {});
  }

  get metadata(): Metadata {
    if (this.#metadata) return this.#metadata;
    throw new TypeError(
      "Cannot read the metadata of a change that waits for them: read its data to the end first",
    );
  }
}

/** The metadata that a caller has passed as a promise, checked and copied. */
export function metadataToCome(
  metadata: PromiseLike<object>,
): Promise<Metadata> {
  const pending = Promise.resolve(metadata).then(copyMetadata);
  // Where the data fails first, this one is of no interest.
  pending.catch(() => {});
  return pending;
}

/** Data that ends when the metadata is there too, and fails if that does. */
export function endingAfter(
  pending: Promise<Metadata>,
  data: ByteSource,
): AsyncIterable<Uint8Array> {
  const reader = bufferIterator(data, { bufferSize: CHUNK_BYTES }).getReader();
  const chunks: AsyncIterator<Uint8Array> = {
    async next() {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      await pending;
      return { done: true, value: undefined };
    },
    async return(reason?: unknown) {
      await reader.cancel(reason);
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => chunks };
}
