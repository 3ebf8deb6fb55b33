import type { StreamPuller } from "./byte_puller.ts";
import { inspect } from "../../internal/mod.ts";

/** The result of an iterator or of a stream's reader. */
interface ChunkResult {
  readonly done?: boolean;
  readonly value?: unknown;
}

/** The part of a synchronous or asynchronous iterator that a puller needs. */
export interface ChunkIterator {
  next(): MaybePromise<ChunkResult>;
  return?(reason: unknown): MaybePromise<unknown>;
}

type MaybePromise<T> = T | PromiseLike<T>;

/** Pulls from a source that makes its own chunks, by copying them. */
export class ChunkPuller implements StreamPuller {
  readonly #iterator: ChunkIterator;
  #chunk: Uint8Array = new Uint8Array();
  /** Length of the chunk when it came, and how many of its bytes are taken. */
  #length = 0;
  #taken = 0;
  #ended = false;

  constructor(iterator: ChunkIterator) {
    this.#iterator = iterator;
  }

  get ready(): boolean {
    return this.#taken < this.#length;
  }

  pull(into: Uint8Array): number | Promise<number> {
    while (this.#taken === this.#length) {
      const next = this.#iterator.next();
      if ("then" in next) return this.#pullLater(next, into);
      if (!this.#accept(next)) return 0;
    }
    return this.#copy(into);
  }

  async fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return view.subarray(0, await this.pull(view));
  }

  async cancel(reason: unknown): Promise<void> {
    if (!this.#ended) await this.#iterator.return?.(reason);
  }

  async #pullLater(
    next: PromiseLike<ChunkResult>,
    into: Uint8Array,
  ): Promise<number> {
    let more = this.#accept(await next);
    while (more && this.#taken === this.#length) {
      more = this.#accept(await this.#iterator.next());
    }
    return more ? this.#copy(into) : 0;
  }

  /** Returns whether there was another chunk. */
  #accept({ done, value }: ChunkResult): boolean {
    this.#ended = done === true;
    if (this.#ended) return false;
    if (!(value instanceof Uint8Array)) throw notBytes(value);
    this.#chunk = value;
    this.#length = value.length;
    this.#taken = 0;
    return true;
  }

  #copy(into: Uint8Array): number {
    if (this.#chunk.length < this.#length) throw this.#shrunk();
    const end = Math.min(this.#length, this.#taken + into.length);
    const part = this.#chunk.subarray(this.#taken, end);
    into.set(part);
    this.#taken = end;
    return part.length;
  }

  #shrunk(): TypeError {
    return new TypeError(
      `Cannot read on in a chunk of ${this.#length} bytes: its buffer was detached or shrunk while the chunk was being read`,
    );
  }
}

function notBytes(value: unknown): TypeError {
  const found = inspect(value);
  return new TypeError(
    `Cannot read a chunk of the source: expected a Uint8Array, found ${found}`,
  );
}
