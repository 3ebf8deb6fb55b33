import {
  type KeyParts,
  PUT_KEY,
  PUTA_KEY,
  viewOf,
  WHOLE_KEY,
} from "../../data/mod.ts";

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
 * a PUT leaves `acq` to the moment at which it is stored.
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
  flip64(from, at + PUT_MID, to, target + MID);
  flip32(from, at + PUT_MOID, to, target + MOID);
  flip64(from, at + PUT_CAP, to, target + CAP);
  if (withAcq) flip64(from, at + PUTA_ACQ, to, target + ACQ);
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

/** Turns an int32 of the wire into bytes that sort like it. */
function flip32(
  from: DataView,
  at: number,
  to: DataView,
  target: number,
): void {
  to.setInt32(target, from.getInt32(at, true) ^ SIGN);
}

/** Turns an int64 of the wire into bytes that sort like it. */
function flip64(
  from: DataView,
  at: number,
  to: DataView,
  target: number,
): void {
  // In halves: twice as fast as a bigint.
  to.setInt32(target, from.getInt32(at + HALF, true) ^ SIGN);
  to.setInt32(target + HALF, from.getInt32(at, true));
}

function isMax64(view: DataView, at: number): boolean {
  return view.getInt32(at + HALF, true) === INT32_MAX &&
    view.getInt32(at, true) === -1;
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
