import { type Key, readKey } from "../data/key.ts";
import {
  encodeHeader,
  HEADER_BYTES,
  KEY_BYTES,
  KEY_RANGE_BYTES,
  type REQUESTS,
  viewOf,
} from "./message.ts";

/** Two keys, and the box of keys from the first to before the second. */
export interface KeyRange {
  readonly min: Key;
  readonly max: Key;
}

/** Writes a GET or GETACQ request. */
export function encodeKeyRangeRequest(
  type: typeof REQUESTS.GET | typeof REQUESTS.GETACQ,
  { min, max }: KeyRange,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + KEY_RANGE_BYTES);
  bytes.set(encodeHeader(type));
  viewOf(bytes).setBigUint64(4, BigInt(KEY_RANGE_BYTES), true);
  bytes.set(min.toBytes(), HEADER_BYTES);
  bytes.set(max.toBytes(), HEADER_BYTES + KEY_BYTES);
  return bytes;
}

/** Reads the two keys, valid or not; there are 64 bytes. */
export function decodeKeyRange(bytes: Uint8Array): KeyRange {
  const view = viewOf(bytes);
  return { min: readKey(view, 0), max: readKey(view, KEY_BYTES) };
}

/** Whether both keys may be asked for: neither `cid` is negative. */
export function isValidRange({ min, max }: KeyRange): boolean {
  return min.valid && max.valid;
}

/** Whether no key can be in the range. */
export function isEmptyRange({ min, max }: KeyRange): boolean {
  return min.cid >= max.cid || min.mid >= max.mid || min.moid >= max.moid ||
    min.cap >= max.cap || min.acq >= max.acq;
}
