import { Key, readKey, viewOf, WHOLE_KEY } from "../data/mod.ts";
import { refused } from "../../internal/mod.ts";
import {
  HEADER_BYTES,
  KEY_RANGE_BYTES,
  type REQUESTS,
  writeHeader,
} from "./message.ts";

/** The box of keys from `min`, inclusive, to `max`, exclusive, in each part. */
export interface KeyRange {
  readonly min: Key;
  readonly max: Key;
}

/**
 * Writes a GET or GETACQ request.
 *
 * @throws {TypeError} If one of the two is not a key.
 */
export function encodeKeyRangeRequest(
  type: typeof REQUESTS.GET | typeof REQUESTS.GETACQ,
  { min, max }: KeyRange,
): Uint8Array {
  if (!(min instanceof Key)) throw refused("min", "a Key", min);
  if (!(max instanceof Key)) throw refused("max", "a Key", max);
  const bytes = new Uint8Array(HEADER_BYTES + KEY_RANGE_BYTES);
  writeHeader(viewOf(bytes), { code: type, size: KEY_RANGE_BYTES });
  bytes.set(min.toBytes(), HEADER_BYTES);
  bytes.set(max.toBytes(), HEADER_BYTES + WHOLE_KEY.size);
  return bytes;
}

/** Reads the two keys, valid or not, all of whose bytes are there. */
export function decodeKeyRange(bytes: Uint8Array): KeyRange {
  const view = viewOf(bytes);
  return { min: readKey(view, 0), max: readKey(view, WHOLE_KEY.size) };
}

/** Whether both keys are valid: neither `cid` is negative. */
export function isValidRange({ min, max }: KeyRange): boolean {
  return min.valid && max.valid;
}

/** Whether no key can be in the range. */
export function isEmptyRange({ min, max }: KeyRange): boolean {
  return min.cid >= max.cid || min.mid >= max.mid || min.moid >= max.moid ||
    min.cap >= max.cap || min.acq >= max.acq;
}
