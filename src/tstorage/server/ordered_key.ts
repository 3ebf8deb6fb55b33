import type { KeyParts } from "../data/key.ts";
import type { KeyRange } from "../wire/key_range.ts";

/**
 * Keys as 32 bytes that sort like the keys: each part big-endian with its sign
 * bit flipped.
 */
export type OrderedKey = Uint8Array<ArrayBuffer>;

/** Where `acq` is in an ordered key. */
export const ORDERED_ACQ = 24;

const SIGN = 0x80000000;
const SIGN64 = 2n ** 63n;

/** Offset of a part in a key, and the number of values that it can have. */
const PARTS: readonly { readonly at: number; readonly wide: boolean }[] = [
  { at: 0, wide: false },
  { at: 4, wide: true },
  { at: 12, wide: false },
  { at: 16, wide: true },
  { at: 24, wide: true },
];

/** The bytes of a key that sort like it. */
export function orderedKey(key: KeyParts): OrderedKey {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, key.cid ^ SIGN);
  view.setBigUint64(4, key.mid + SIGN64);
  view.setInt32(12, key.moid ^ SIGN);
  view.setBigUint64(16, key.cap + SIGN64);
  view.setBigUint64(24, key.acq + SIGN64);
  return bytes;
}

/** Turns an int32 of the wire into bytes that sort like it, or back. */
export function flip32(
  from: DataView,
  at: number,
  fromWire: boolean,
  to: DataView,
  target: number,
): void {
  to.setInt32(target, from.getInt32(at, fromWire) ^ SIGN, !fromWire);
}

/** Turns an int64 of the wire into bytes that sort like it, or back. */
export function flip64(
  from: DataView,
  at: number,
  fromWire: boolean,
  to: DataView,
  target: number,
): void {
  // In halves: twice as fast as a bigint.
  const [high, low] = fromWire ? [at + 4, at] : [at, at + 4];
  const [toHigh, toLow] = fromWire
    ? [target, target + 4]
    : [target + 4, target];
  to.setInt32(toHigh, from.getInt32(high, fromWire) ^ SIGN, !fromWire);
  to.setInt32(toLow, from.getInt32(low, fromWire), !fromWire);
}

/** The box of keys that a request asks for, in terms of ordered keys. */
export class KeyBox {
  readonly #min: readonly bigint[];
  readonly #max: readonly bigint[];

  /** The box of a range that is not empty. */
  constructor({ min, max }: KeyRange) {
    this.#min = partsOf(orderedKey(min));
    this.#max = partsOf(orderedKey(max));
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
    // Past the box in this part: one more in the last part before it that can.
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

  /** Whether the ordered key at `at` is in the box. */
  has(view: DataView, at: number): boolean {
    return PARTS.every(({ at: offset, wide }, i) => {
      const part = wide
        ? view.getBigUint64(at + offset)
        : BigInt(view.getUint32(at + offset));
      return part >= this.#min[i] && part < this.#max[i];
    });
  }
}

function partsOf(key: OrderedKey): bigint[] {
  const view = new DataView(key.buffer, key.byteOffset);
  return PARTS.map(({ at, wide }) =>
    wide ? view.getBigUint64(at) : BigInt(view.getUint32(at))
  );
}

function keyOf(parts: readonly bigint[]): OrderedKey {
  const key = new Uint8Array(32);
  const view = new DataView(key.buffer);
  for (const [i, { at, wide }] of PARTS.entries()) {
    if (wide) view.setBigUint64(at, parts[i]);
    else view.setUint32(at, Number(parts[i]));
  }
  return key;
}
