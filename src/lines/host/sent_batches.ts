import { joinedPieces } from "../protocol/mod.ts";
import type { ReaderShare } from "./reader_budget.ts";

/** The way batches become text. */
export interface BatchEncoding<T> {
  /** Encodes a batch, in pieces that are made when they are asked for. */
  encode(batch: readonly T[]): Iterable<string>;
  /** Counts the characters of a batch. */
  chars(batch: readonly T[]): number;
  /** Precedes all batches. */
  readonly head?: string;
  /** Stands between two batches. */
  readonly separator?: string;
  /** Follows all batches. */
  readonly tail?: string;
}

/**
 * The text of batches, in pieces that are made when the reader asks: a reader
 * that stalls keeps one batch, for which it answers in its share.
 */
export function sentBatches<T>(
  batches: ReadableStream<readonly T[]>,
  encoding: BatchEncoding<T>,
  share: ReaderShare,
): ReadableStream<string> {
  return new ReadableStream(new SentBatches(batches, encoding, share), {
    highWaterMark: 0,
  });
}

class SentBatches<T> implements UnderlyingDefaultSource<string> {
  readonly #batches: ReadableStreamDefaultReader<readonly T[]>;
  readonly #encoding: BatchEncoding<T>;
  readonly #share: ReaderShare;
  #pieces: Iterator<string>;
  #separator = "";

  constructor(
    batches: ReadableStream<readonly T[]>,
    encoding: BatchEncoding<T>,
    share: ReaderShare,
  ) {
    this.#batches = batches.getReader();
    this.#encoding = encoding;
    this.#share = share;
    this.#pieces = joinedPieces([encoding.head ?? ""]);
  }

  async pull(
    controller: ReadableStreamDefaultController<string>,
  ): Promise<void> {
    for (;;) {
      const { done, value } = this.#pieces.next();
      if (!done) return controller.enqueue(value);
      if (await this.#readBatch()) continue;
      this.#share.release();
      if (this.#encoding.tail) controller.enqueue(this.#encoding.tail);
      return controller.close();
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#share.release();
    this.#pieces = joinedPieces([]);
    await this.#batches.cancel(reason);
  }

  /** Reads the next batch, and returns whether there is one. */
  async #readBatch(): Promise<boolean> {
    // A reader that waits for something new keeps nothing.
    this.#share.release();
    const { done, value } = await this.#batches.read();
    if (done) return false;
    this.#share.hold(this.#encoding.chars(value));
    this.#pieces = joinedPieces(this.#encode(value));
    return true;
  }

  *#encode(batch: readonly T[]): Generator<string> {
    yield this.#separator;
    this.#separator = this.#encoding.separator ?? "";
    yield* this.#encoding.encode(batch);
  }
}
