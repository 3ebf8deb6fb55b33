/** A power of two, so that a mask makes a place of a number. */
const PLACES = 1024;

/**
 * Reads integers of 64 bits of which many come again and again, as meters do:
 * the `bigint` of one that was read lately is used again, where a new one would
 * be garbage soon.
 */
export class RecentBigInts {
  readonly #lows = new Int32Array(PLACES);
  readonly #highs = new Int32Array(PLACES);
  readonly #values: bigint[] = new Array(PLACES).fill(0n);

  /** Reads the integer that stands at `at`, little-endian. */
  read(view: DataView, at: number): bigint {
    const low = view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    const place = (low ^ (low >>> 10)) & (PLACES - 1);
    if (this.#lows[place] === low && this.#highs[place] === high) {
      return this.#values[place];
    }
    this.#lows[place] = low;
    this.#highs[place] = high;
    return this.#values[place] = view.getBigInt64(at, true);
  }
}
