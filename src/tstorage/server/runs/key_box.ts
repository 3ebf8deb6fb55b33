import { Buffer } from "node:buffer";
import { viewOf, WHOLE_KEY } from "../../data/mod.ts";
import type { KeyRange } from "../../wire/mod.ts";
import type { RecordColumns } from "../blocks/mod.ts";
import { type OrderedKey, orderedKey } from "./ordered_key.ts";

/** Where the times of capture of some records lie, as bytes of ordered keys. */
export interface CapRange {
  readonly minCap: Uint8Array;
  readonly maxCap: Uint8Array;
}

/** Bounds of a part of a key, as the words of ordered keys. */
interface PartBounds {
  readonly high: number;
  /** The lower word, of a part with two. */
  readonly low: number | undefined;
  readonly min: readonly [high: number, low: number];
  readonly max: readonly [high: number, low: number];
}

const PARTS = WHOLE_KEY.parts.map(({ type, offset }) => ({
  at: offset,
  wide: type === "i64",
}));
/** A `cid` is never negative. */
const LOWEST_CID = 0x80000000n;

/** The box of keys that a request asks for, in terms of ordered keys. */
export class KeyBox {
  /** The lowest key in the box. */
  readonly first: OrderedKey;
  /** The highest key in the box. */
  readonly last: OrderedKey;
  readonly #min: readonly bigint[];
  readonly #max: readonly bigint[];
  /** The parts of which not every value is in the box. */
  readonly #bounds: readonly PartBounds[];

  /** The box of a range that is not empty. */
  constructor({ min, max }: KeyRange) {
    this.#min = partsOf(orderedKey(min));
    this.#max = partsOf(orderedKey(max));
    this.first = keyOf(this.#min);
    this.last = keyOf(this.#max.map((part) => part - 1n));
    this.#bounds = PARTS.flatMap(({ at, wide }, i) => {
      const lowest = i === 0 ? LOWEST_CID : 0n;
      // No record has a part at the maximum.
      const highest = wide ? 2n ** 64n - 1n : 2n ** 32n - 1n;
      if (this.#min[i] <= lowest && this.#max[i] >= highest) return [];
      const words = (part: bigint): [number, number] =>
        wide
          ? [Number(part >> 32n), Number(part & 0xffffffffn)]
          : [Number(part), 0];
      return [{
        high: at / 4,
        low: wide ? at / 4 + 1 : undefined,
        min: words(this.#min[i]),
        max: words(this.#max[i]),
      }];
    });
  }

  /** Whether it has every key. */
  get isEverything(): boolean {
    return this.#bounds.length === 0;
  }

  /**
   * The lowest key in the box that is `key` or comes after it; `undefined` if
   * there is none.
   */
  next(key: OrderedKey): OrderedKey | undefined {
    const parts = partsOf(key);
    const outside = parts.findIndex((part, i) =>
      part < this.#min[i] || part >= this.#max[i]
    );
    if (outside === -1) return key;
    if (parts[outside] < this.#min[outside]) {
      return keyOf([...parts.slice(0, outside), ...this.#min.slice(outside)]);
    }
    // Past the box in this part: raise the last part before it that can be.
    const raised = parts.findLastIndex((part, i) =>
      i < outside && part + 1n < this.#max[i]
    );
    if (raised === -1) return undefined;
    return keyOf([
      ...parts.slice(0, raised),
      parts[raised] + 1n,
      ...this.#min.slice(raised + 1),
    ]);
  }

  /** Whether it may have records with such times of capture. */
  mayHave({ minCap, maxCap }: CapRange): boolean {
    return Buffer.compare(minCap, capOf(this.last)) <= 0 &&
      Buffer.compare(maxCap, capOf(this.first)) >= 0;
  }

  /** Sets to 1, in `inside`, each record that is in the box, the others to 0. */
  mark(records: RecordColumns, inside: Uint8Array): void {
    inside.fill(1, 0, records.count);
    for (const bounds of this.#bounds) markPart(bounds, records, inside);
  }
}

function markPart(
  { high, low, min, max }: PartBounds,
  { words, count }: RecordColumns,
  inside: Uint8Array,
): void {
  const highs = words[high];
  const lows = low === undefined ? undefined : words[low];
  const [minHigh, minLow] = min;
  const [maxHigh, maxLow] = max;
  for (let i = 0; i < count; i++) {
    const one = highs[i];
    const two = lows === undefined ? 0 : lows[i];
    const isIn = (one > minHigh || one === minHigh && two >= minLow) &&
      (one < maxHigh || one === maxHigh && two < maxLow);
    if (!isIn) inside[i] = 0;
  }
}

function capOf(key: OrderedKey): Uint8Array {
  return key.subarray(WHOLE_KEY.at.cap, WHOLE_KEY.at.acq);
}

function partsOf(key: OrderedKey): bigint[] {
  const view = viewOf(key);
  return PARTS.map(({ at, wide }) =>
    wide ? view.getBigUint64(at) : BigInt(view.getUint32(at))
  );
}

function keyOf(parts: readonly bigint[]): OrderedKey {
  const key = new Uint8Array(WHOLE_KEY.size);
  const view = viewOf(key);
  for (const [i, { at, wide }] of PARTS.entries()) {
    if (wide) view.setBigUint64(at, parts[i]);
    else view.setUint32(at, Number(parts[i]));
  }
  return key;
}
