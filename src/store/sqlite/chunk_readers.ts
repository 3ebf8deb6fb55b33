/** Counts the readers of chunks, to keep those that are read after their key is gone. */
export class ChunkReaders {
  readonly #forget: (upload: number) => void;
  readonly #counts = new Map<number, number>();
  readonly #kept = new Set<number>();

  /** Makes the counters. `forget` gets kept chunks when their last reader is done. */
  constructor(forget: (upload: number) => void) {
    this.#forget = forget;
  }

  /** Counts a reader until it is disposed of. */
  add(upload: number): Disposable {
    this.#counts.set(upload, (this.#counts.get(upload) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#remove(upload) };
  }

  /** Returns whether the chunks must be kept for a reader, and then keeps them. */
  mustKeep(upload: number): boolean {
    if (!this.#counts.has(upload)) return false;
    this.#kept.add(upload);
    return true;
  }

  #remove(upload: number): void {
    const count = (this.#counts.get(upload) ?? 0) - 1;
    if (count > 0) this.#counts.set(upload, count);
    else this.#counts.delete(upload);
    if (count === 0 && this.#kept.delete(upload)) this.#forget(upload);
  }
}
