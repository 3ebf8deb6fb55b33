import type { Value } from "../core/mod.ts";

/**
 * The bytes of small values that came with their lookup, until they are read
 * once. When they are too many, those that came first are dropped, and asked for
 * again when they are read.
 */
export class HeldBytes {
  readonly #most: number;
  readonly #bytes = new Map<Value, Uint8Array<ArrayBuffer>>();
  #total = 0;

  /** Holds at most so many bytes, and nothing yet. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Holds the bytes of a value. */
  hold(value: Value, bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes.set(value, bytes);
    this.#total += bytes.length;
    for (const [first] of this.#bytes) {
      if (this.#total <= this.#most) return;
      this.take(first);
    }
  }

  /** Hands over the bytes of a value, if they are here. */
  take(value: Value): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#bytes.get(value);
    if (bytes === undefined) return undefined;
    this.#bytes.delete(value);
    this.#total -= bytes.length;
    return bytes;
  }

  /** Drops all bytes. */
  clear(): void {
    this.#bytes.clear();
    this.#total = 0;
  }
}
