import type { ByteTarget } from "./byte_target.ts";

/** Bytes of each number: those of the widest one that is not listed apart. */
type Width = 0 | 1 | 2 | 4;

/** The middle, the width, and how many numbers are listed apart. */
const HEAD_BYTES = 7;
/** Bytes of a number that is listed apart: its index, then itself. */
const LISTED_BYTES = 6;
const MOST_SAMPLES = 31;

/**
 * Packs 32-bit numbers that are close to one another, with some that are not.
 *
 * Each is stored as its distance from a middle one, in as few bytes as most of
 * them need. Those that need more are listed apart, at most 65 535 numbers in.
 */
export function packNumbers(
  numbers: Uint32Array,
  count: number,
  target: ByteTarget,
): void {
  const middle = middleOf(numbers, count);
  const width = widthOf(numbers, count, middle);
  target.reserve(HEAD_BYTES + count * (width + LISTED_BYTES));
  const { view, bytes } = target;
  const head = target.at;
  const listedAt = head + HEAD_BYTES;
  let at = listedAt;
  if (width < 4) {
    const shift = 8 * width;
    for (let i = 0; i < count; i++) {
      if (distance(numbers[i], middle) >>> shift === 0) continue;
      view.setUint16(at, i, true);
      view.setUint32(at + 2, numbers[i], true);
      at += LISTED_BYTES;
    }
  }
  view.setUint32(head, middle, true);
  view.setUint8(head + 4, width);
  view.setUint16(head + 5, (at - listedAt) / LISTED_BYTES, true);
  switch (width) {
    case 0:
      break;
    case 1:
      for (let i = 0; i < count; i++) {
        bytes[at++] = distance(numbers[i], middle);
      }
      break;
    case 2:
      for (let i = 0; i < count; i++, at += 2) {
        view.setUint16(at, distance(numbers[i], middle), true);
      }
      break;
    case 4:
      for (let i = 0; i < count; i++, at += 4) {
        view.setUint32(at, distance(numbers[i], middle), true);
      }
      break;
    default:
      width satisfies never;
  }
  target.at = at;
}

/** Numbers as they were unpacked: where they end, and what they all are. */
export interface Unpacked {
  /** The offset behind them. */
  readonly end: number;
  /** The number that all of them are, if they are one. */
  readonly same: number | undefined;
}

/**
 * Unpacks numbers into `into`, from `first` on; where all are the same, nothing
 * is written.
 */
export function unpackNumbers(
  view: DataView,
  start: number,
  count: number,
  into: Uint32Array,
  first: number,
): Unpacked {
  const middle = view.getUint32(start, true);
  const width = view.getUint8(start + 4);
  const listed = view.getUint16(start + 5, true);
  const listedAt = start + HEAD_BYTES;
  let at = listedAt + listed * LISTED_BYTES;
  const last = first + count;
  switch (width as Width) {
    case 0:
      if (listed === 0) return { end: at, same: middle };
      into.fill(middle, first, last);
      break;
    case 1:
      for (let i = first; i < last; i++) {
        into[i] = middle + undistance(view.getUint8(at++));
      }
      break;
    case 2:
      for (let i = first; i < last; i++, at += 2) {
        into[i] = middle + undistance(view.getUint16(at, true));
      }
      break;
    case 4:
      for (let i = first; i < last; i++, at += 4) {
        into[i] = middle + undistance(view.getUint32(at, true));
      }
      break;
    default:
      throw damaged(`numbers of ${width} bytes`);
  }
  for (let i = 0, from = listedAt; i < listed; i++, from += LISTED_BYTES) {
    into[first + view.getUint16(from, true)] = view.getUint32(from + 2, true);
  }
  return { end: at, same: undefined };
}

/** The error of a block that no server has made. */
export function damaged(found: string): Error {
  return new Error(
    `expected a block of records, found ${found}: restore the file from a backup`,
  );
}

/** The median of some of the numbers, which a few strange ones do not move. */
function middleOf(numbers: Uint32Array, count: number): number {
  if (count === 0) return 0;
  const step = Math.max(1, Math.floor(count / MOST_SAMPLES));
  const samples = new Uint32Array(Math.min(count, MOST_SAMPLES));
  // Not at even distances, at which a pattern may repeat itself.
  for (let i = 0; i < samples.length; i++) {
    samples[i] = numbers[Math.min(count - 1, i * step + i % step)];
  }
  return samples.sort()[samples.length >> 1];
}

/** The width with which the numbers take the fewest bytes. */
function widthOf(numbers: Uint32Array, count: number, middle: number): Width {
  let over0 = 0;
  let over1 = 0;
  let over2 = 0;
  for (let i = 0; i < count; i++) {
    const far = distance(numbers[i], middle);
    if (far === 0) continue;
    over0++;
    if (far <= 0xff) continue;
    over1++;
    if (far > 0xffff) over2++;
  }
  const costs: readonly (readonly [Width, number])[] = [
    [0, over0 * LISTED_BYTES],
    [1, count + over1 * LISTED_BYTES],
    [2, 2 * count + over2 * LISTED_BYTES],
    [4, 4 * count],
  ];
  let best = costs[0];
  for (const each of costs) if (each[1] < best[1]) best = each;
  return best[0];
}

/** The distance of a number, those below and above by turns: 0, -1, 1, -2, ... */
function distance(number: number, middle: number): number {
  const difference = (number - middle) | 0;
  return ((difference << 1) ^ (difference >> 31)) >>> 0;
}

function undistance(far: number): number {
  return (far >>> 1) ^ -(far & 1);
}
