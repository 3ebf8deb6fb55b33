import { LENGTH_BYTES, PUT_KEY, WHOLE_KEY } from "./key_layout.ts";
import {
  asWords,
  gather,
  scatter,
  standsInWords,
  wordsOf,
} from "./strided_copy.ts";

/** The key parts of a batch, one array each. */
export interface KeyColumns {
  /** Containers. */
  readonly cid: Int32Array;
  /** Meters. */
  readonly mid: BigInt64Array;
  /** Meter objects. */
  readonly moid: Int32Array;
  /** Capture times, TStorage nanoseconds. */
  readonly cap: BigInt64Array;
  /** Acquisition times, TStorage nanoseconds. */
  readonly acq: BigInt64Array;
}

const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const CID = WHOLE_KEY.at.cid / WORD_BYTES;
const MID = WHOLE_KEY.at.mid / WORD_BYTES;
const MOID = WHOLE_KEY.at.moid / WORD_BYTES;
const CAP = WHOLE_KEY.at.cap / WORD_BYTES;
const ACQ = WHOLE_KEY.at.acq / WORD_BYTES;

/** Words from the length of a record of a PUT on. */
const PUT_MID = (LENGTH_BYTES + PUT_KEY.at.mid) / WORD_BYTES;
const PUT_MOID = (LENGTH_BYTES + PUT_KEY.at.moid) / WORD_BYTES;
const PUT_CAP = (LENGTH_BYTES + PUT_KEY.at.cap) / WORD_BYTES;

/**
 * Reads `count` whole keys that stand `stride` bytes apart in `bytes`, the
 * first one at `start`.
 *
 * All parts are copied in one pass, which is a fifth faster than one for each.
 */
export function gatherKeys(
  bytes: Uint8Array,
  start: number,
  stride: number,
  count: number,
): KeyColumns {
  const columns = {
    cid: new Int32Array(count),
    mid: new BigInt64Array(count),
    moid: new Int32Array(count),
    cap: new BigInt64Array(count),
    acq: new BigInt64Array(count),
  };
  if (!standsInWords(bytes, start, stride)) {
    for (const { name, offset } of WHOLE_KEY.parts) {
      gather(bytes, start + offset, stride, columns[name]);
    }
    return columns;
  }
  const { cid, mid, moid, cap, acq } = columns;
  const source = wordsOf(bytes);
  const [mids, caps, acqs] = [mid, cap, acq].map(asWords);
  const step = stride / WORD_BYTES;
  let s = (bytes.byteOffset + start) / WORD_BYTES;
  for (let i = 0; i < count; i++, s += step) {
    const low = 2 * i;
    const high = low + 1;
    cid[i] = source[s + CID];
    mids[low] = source[s + MID];
    mids[high] = source[s + MID + 1];
    moid[i] = source[s + MOID];
    caps[low] = source[s + CAP];
    caps[high] = source[s + CAP + 1];
    acqs[low] = source[s + ACQ];
    acqs[high] = source[s + ACQ + 1];
  }
  return columns;
}

/**
 * Writes the heads of records of PUT or PUTA, without `acq`: the length of what
 * follows, then the key. The records stand `stride` bytes apart in `bytes`, the
 * first one at `start`; their keys are those of the columns from `from` up to
 * `to`.
 */
export function scatterHeads(
  { mid, moid, cap }: Pick<KeyColumns, "mid" | "moid" | "cap">,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
  stride: number,
): void {
  const length = stride - LENGTH_BYTES;
  if (!standsInWords(bytes, start, stride)) {
    const keyAt = start + LENGTH_BYTES;
    const lengths = new Int32Array(to - from).fill(length);
    scatter(lengths, 0, lengths.length, bytes, start, stride);
    scatter(mid, from, to, bytes, keyAt + PUT_KEY.at.mid, stride);
    scatter(moid, from, to, bytes, keyAt + PUT_KEY.at.moid, stride);
    scatter(cap, from, to, bytes, keyAt + PUT_KEY.at.cap, stride);
    return;
  }
  const target = wordsOf(bytes);
  const [mids, caps] = [mid, cap].map(asWords);
  const step = stride / WORD_BYTES;
  let t = (bytes.byteOffset + start) / WORD_BYTES;
  for (let i = from; i < to; i++, t += step) {
    const low = 2 * i;
    const high = low + 1;
    target[t] = length;
    target[t + PUT_MID] = mids[low];
    target[t + PUT_MID + 1] = mids[high];
    target[t + PUT_MOID] = moid[i];
    target[t + PUT_CAP] = caps[low];
    target[t + PUT_CAP + 1] = caps[high];
  }
}
