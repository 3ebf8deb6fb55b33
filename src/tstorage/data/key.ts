import {
  checkInteger,
  type IntegerBounds,
  outOfRange,
  refused,
} from "../../internal/mod.ts";
import { PUT_KEY, WHOLE_KEY } from "./key_layout.ts";
import { RecentBigInts } from "./recent_big_ints.ts";
import { viewOf } from "./view_of.ts";

/** The parts of a {@linkcode Key} by name. */
export interface KeyParts {
  /** Container: which set of series, int32, 0 or more in a valid key. */
  readonly cid: number;
  /** Meter: which series, int64. */
  readonly mid: bigint;
  /** Meter object: which quantity of the series, int32. */
  readonly moid: number;
  /** Capture time, TStorage nanoseconds, int64. */
  readonly cap: bigint;
  /** Acquisition time, TStorage nanoseconds, int64. */
  readonly acq: bigint;
}

/** Options of {@linkcode Key.toBytes}. */
export interface KeyBytesOptions {
  /**
   * Whether `cid` is written.
   *
   * @default {true}
   */
  withCid?: boolean;
  /**
   * Whether `acq` is written.
   *
   * @default {true}
   */
  withAcq?: boolean;
}

const INT32 = {
  min: -(2 ** 31),
  max: 2 ** 31 - 1,
} as const satisfies IntegerBounds;
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;

const { cid: CID, mid: MID, moid: MOID, cap: CAP, acq: ACQ } = WHOLE_KEY.at;
const { mid: PUT_MID, moid: PUT_MOID, cap: PUT_CAP } = PUT_KEY.at;

/**
 * The address of a record: five integers, ordered part by part.
 *
 * Two keys span a range of a request: from the first, inclusive, to the
 * second, exclusive, *in each of the five parts on its own* (a box with five
 * dimensions, not an interval).
 *
 * Import it from `@sluice/sluice/tstorage`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * @example Every record of series 7 captured in the year 2024
 * ```ts
 * import { fromUnixNs, Key } from "@sluice/sluice/tstorage";
 *
 * const year = (year: number) =>
 *   fromUnixNs(BigInt(Date.UTC(year, 0)) * 1_000_000n);
 * const min = Key.MIN.with({ mid: 7n, cap: year(2024) });
 * const max = Key.MAX.with({ mid: 8n, cap: year(2025) });
 * ```
 */
export class Key implements KeyParts {
  /** The lowest valid key: `cid` 0, each other part at its lowest value. */
  static readonly MIN: Key = new Key(
    0,
    INT64.min,
    INT32.min,
    INT64.min,
    INT64.min,
  );
  /** Every part at its highest value. */
  static readonly MAX: Key = new Key(
    INT32.max,
    INT64.max,
    INT32.max,
    INT64.max,
    INT64.max,
  );

  /** Container: which set of series, int32, 0 or more in a valid key. */
  readonly cid: number;
  /** Meter: which series, int64. */
  readonly mid: bigint;
  /** Meter object: which quantity of the series, int32. */
  readonly moid: number;
  /** Capture time, TStorage nanoseconds, int64. */
  readonly cap: bigint;
  /** Acquisition time, TStorage nanoseconds, int64. */
  readonly acq: bigint;

  /**
   * A key from its parts; those left out are −1.
   *
   * @param cid Container, int32.
   * @param mid Meter, int64.
   * @param moid Meter object, int32.
   * @param cap Capture time, int64.
   * @param acq Acquisition time, int64.
   * @throws {RangeError} If a part is out of the range of its type.
   * @throws {TypeError} If a 64-bit part is not a `bigint`.
   */
  constructor(
    cid: number = -1,
    mid: bigint = -1n,
    moid: number = -1,
    cap: bigint = -1n,
    acq: bigint = -1n,
  ) {
    this.cid = int32("cid", cid);
    this.mid = int64("mid", mid);
    this.moid = int32("moid", moid);
    this.cap = int64("cap", cap);
    this.acq = int64("acq", acq);
  }

  /** Whether a record may have this key: `cid` is not negative. */
  get valid(): boolean {
    return this.cid >= 0;
  }

  /**
   * The number of bytes of a whole key on the wire.
   *
   * @returns 32.
   */
  static bytesCount(): number {
    return WHOLE_KEY.size;
  }

  /**
   * Reads a whole key as it stands on the wire.
   *
   * @param bytes 32 bytes, little-endian.
   * @returns The key, or `null` if there are not 32 bytes or `cid` is negative.
   */
  static fromBytes(bytes: Uint8Array): Key | null {
    if (bytes.length !== WHOLE_KEY.size) return null;
    const key = readKey(viewOf(bytes), 0);
    return key.valid ? key : null;
  }

  /**
   * Orders two keys part by part, for instance in `Array.prototype.sort`.
   *
   * @param a One key.
   * @param b Another key.
   * @returns Negative if `a` comes first, positive if `b` does, 0 if equal.
   */
  static compare(a: KeyParts, b: KeyParts): number {
    return a.cid - b.cid || order(a.mid, b.mid) || a.moid - b.moid ||
      order(a.cap, b.cap) || order(a.acq, b.acq);
  }

  /**
   * The key with some parts replaced.
   *
   * @param parts The new parts.
   * @returns A new key.
   * @throws {RangeError} If a part is out of the range of its type.
   */
  with(parts: Partial<KeyParts>): Key {
    const {
      cid = this.cid,
      mid = this.mid,
      moid = this.moid,
      cap = this.cap,
      acq = this.acq,
    } = parts;
    return new Key(cid, mid, moid, cap, acq);
  }

  /**
   * Writes the key as it stands on the wire, little-endian without padding.
   *
   * @param options Which parts to leave out.
   * @returns 32 bytes, less 4 without `cid`, less 8 without `acq`.
   */
  toBytes(options: KeyBytesOptions = {}): Uint8Array {
    const { withCid = true, withAcq = true } = options;
    const bytes = new Uint8Array(WHOLE_KEY.size);
    const view = viewOf(bytes);
    view.setInt32(CID, this.cid, true);
    writeKeyTail(view, MID, this);
    view.setBigInt64(ACQ, this.acq, true);
    return bytes.slice(withCid ? CID : MID, withAcq ? bytes.length : ACQ);
  }
}

const meters = new RecentBigInts();

/** Reads a whole key, valid or not. */
export function readKey(view: DataView, offset: number): Key {
  return new UncheckedKey(
    view.getInt32(offset + CID, true),
    meters.read(view, offset + MID),
    view.getInt32(offset + MOID, true),
    view.getBigInt64(offset + CAP, true),
    view.getBigInt64(offset + ACQ, true),
  );
}

/**
 * Makes keys of parts that are in the range of their types. Without the checks
 * of the constructor V8 compiles the loop that reads records as one piece, and
 * keeps what lives long out of the young generation.
 */
const UncheckedKey = function (
  this: { -readonly [P in keyof KeyParts]: KeyParts[P] },
  cid: number,
  mid: bigint,
  moid: number,
  cap: bigint,
  acq: bigint,
): void {
  this.cid = cid;
  this.mid = mid;
  this.moid = moid;
  this.cap = cap;
  this.acq = acq;
} as unknown as new (
  cid: number,
  mid: bigint,
  moid: number,
  cap: bigint,
  acq: bigint,
) => Key;
UncheckedKey.prototype = Key.prototype;

/** Writes `mid`, `moid` and `cap`: the parts that every PUT sends. */
export function writeKeyTail(
  view: DataView,
  offset: number,
  key: Pick<KeyParts, "mid" | "moid" | "cap">,
): void {
  view.setBigInt64(offset + PUT_MID, key.mid, true);
  view.setInt32(offset + PUT_MOID, key.moid, true);
  view.setBigInt64(offset + PUT_CAP, key.cap, true);
}

function int32(name: string, value: number): number {
  if (typeof value === "number" && (value | 0) === value) return value;
  checkInteger(name, value, INT32);
  return value;
}

function int64(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") throw refused(name, "a bigint", value);
  if (BigInt.asIntN(64, value) === value) return value;
  const expected = `a bigint from ${INT64.min} to ${INT64.max}`;
  throw outOfRange(name, expected, value);
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
