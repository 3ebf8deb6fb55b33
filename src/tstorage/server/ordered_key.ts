import {
  type KeyParts,
  PUT_KEY,
  PUTA_KEY,
  viewOf,
  WHOLE_KEY,
} from "../data/mod.ts";
import type { KeyRange } from "../wire/mod.ts";

/**
 * Keys as bytes that sort like the keys: the parts stand where they stand on
 * the wire, each big-endian with its sign bit flipped.
 */
export type OrderedKey = Uint8Array<ArrayBuffer>;

const SIGN = 0x80000000;
const SIGN64 = 2n ** 63n;
const INT32_MAX = 0x7fffffff;
/** Bytes of each half of a 64-bit part. */
const HALF = Int32Array.BYTES_PER_ELEMENT;

const PARTS = WHOLE_KEY.parts.map(({ name, type, offset }) => ({
  name,
  at: offset,
  wide: type === "i64",
}));

// Constants, because every record passes through the functions that use them.
const { cid: CID, mid: MID, moid: MOID, cap: CAP, acq: ACQ } = WHOLE_KEY.at;
const { mid: PUT_MID, moid: PUT_MOID, cap: PUT_CAP } = PUT_KEY.at;
const { acq: PUTA_ACQ } = PUTA_KEY.at;

/** The bytes of a key that sort like it. */
export function orderedKey(key: KeyParts): OrderedKey {
  return keyOf(PARTS.map(({ name, wide }) => {
    const part = BigInt(key[name]);
    return wide ? part + SIGN64 : part + BigInt(SIGN);
  }));
}

/**
 * Writes the key of a record of a PUT, or PUTA if `withAcq`, as an ordered key;
 * a PUT leaves `acq` to {@linkcode writeOrderedAcq}.
 */
export function writeOrderedKey(
  cid: number,
  from: DataView,
  at: number,
  withAcq: boolean,
  to: DataView,
  target: number,
): void {
  to.setInt32(target + CID, cid ^ SIGN);
  flip64(from, at + PUT_MID, true, to, target + MID);
  flip32(from, at + PUT_MOID, true, to, target + MOID);
  flip64(from, at + PUT_CAP, true, to, target + CAP);
  if (withAcq) flip64(from, at + PUTA_ACQ, true, to, target + ACQ);
}

/** Writes the `acq` of the ordered key at `at`. */
export function writeOrderedAcq(view: DataView, at: number, acq: bigint): void {
  view.setBigUint64(at + ACQ, acq + SIGN64);
}

/** Writes an ordered key as it stands on the wire. */
export function writeWireKey(
  from: DataView,
  at: number,
  to: DataView,
  target: number,
): void {
  flip32(from, at + CID, false, to, target + CID);
  flip64(from, at + MID, false, to, target + MID);
  flip32(from, at + MOID, false, to, target + MOID);
  flip64(from, at + CAP, false, to, target + CAP);
  flip64(from, at + ACQ, false, to, target + ACQ);
}

/** Whether a part of the key of a record of a PUT or PUTA is at its maximum. */
export function isAtMaximum(
  view: DataView,
  cid: number,
  at: number,
  withAcq: boolean,
): boolean {
  return cid === INT32_MAX || isMax64(view, at + PUT_MID) ||
    view.getInt32(at + PUT_MOID, true) === INT32_MAX ||
    isMax64(view, at + PUT_CAP) ||
    (withAcq && isMax64(view, at + PUTA_ACQ));
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

/** Turns an int32 of the wire into bytes that sort like it, or back. */
function flip32(
  from: DataView,
  at: number,
  fromWire: boolean,
  to: DataView,
  target: number,
): void {
  to.setInt32(target, from.getInt32(at, fromWire) ^ SIGN, !fromWire);
}

/** Turns an int64 of the wire into bytes that sort like it, or back. */
function flip64(
  from: DataView,
  at: number,
  fromWire: boolean,
  to: DataView,
  target: number,
): void {
  // In halves: twice as fast as a bigint.
  const [high, low] = fromWire ? [at + HALF, at] : [at, at + HALF];
  const [toHigh, toLow] = fromWire
    ? [target, target + HALF]
    : [target + HALF, target];
  to.setInt32(toHigh, from.getInt32(high, fromWire) ^ SIGN, !fromWire);
  to.setInt32(toLow, from.getInt32(low, fromWire), !fromWire);
}

function isMax64(view: DataView, at: number): boolean {
  return view.getInt32(at + HALF, true) === INT32_MAX &&
    view.getInt32(at, true) === -1;
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
