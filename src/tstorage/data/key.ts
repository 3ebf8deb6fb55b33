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

/** Which parts {@linkcode Key.toBytes} leaves out. */
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

const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;
const KEY_BYTES = 32;

/**
 * The address of a record: five integers, ordered part by part.
 *
 * Two keys span a range of a request: from the first, inclusive, to the
 * second, exclusive, *in each of the five parts on its own* (a box with five
 * dimensions, not an interval).
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
  static readonly MIN: Key = new Key(0, -INT64, -INT32, -INT64, -INT64);
  /** Every part at its highest value. */
  static readonly MAX: Key = new Key(
    INT32 - 1,
    INT64 - 1n,
    INT32 - 1,
    INT64 - 1n,
    INT64 - 1n,
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
    return KEY_BYTES;
  }

  /**
   * Reads a whole key as it stands on the wire.
   *
   * @param bytes 32 bytes, little-endian.
   * @returns The key, or `null` if there are not 32 bytes or `cid` is negative.
   */
  static fromBytes(bytes: Uint8Array): Key | null {
    if (bytes.length !== KEY_BYTES) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const key = readKey(view, 0);
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
    const bytes = new Uint8Array(KEY_BYTES);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, this.cid, true);
    writeKeyTail(view, 4, this);
    view.setBigInt64(24, this.acq, true);
    return bytes.slice(withCid ? 0 : 4, withAcq ? KEY_BYTES : KEY_BYTES - 8);
  }
}

/** Reads 32 bytes as a key, valid or not. */
export function readKey(view: DataView, offset: number): Key {
  return new Key(
    view.getInt32(offset, true),
    view.getBigInt64(offset + 4, true),
    view.getInt32(offset + 12, true),
    view.getBigInt64(offset + 16, true),
    view.getBigInt64(offset + 24, true),
  );
}

/** Writes `mid`, `moid` and `cap`: the part that every PUT sends, 20 bytes. */
export function writeKeyTail(
  view: DataView,
  offset: number,
  key: Pick<KeyParts, "mid" | "moid" | "cap">,
): void {
  view.setBigInt64(offset, key.mid, true);
  view.setInt32(offset + 8, key.moid, true);
  view.setBigInt64(offset + 12, key.cap, true);
}

function int32(name: string, value: number): number {
  if ((value | 0) === value) return value;
  throw new RangeError(
    `Expected ${name} to be an integer from -2147483648 to 2147483647, found ${value}`,
  );
}

function int64(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") {
    throw new TypeError(`Expected ${name} to be a bigint, found ${value}`);
  }
  if (BigInt.asIntN(64, value) === value) return value;
  throw new RangeError(
    `Expected ${name} to be from -9223372036854775808 to 9223372036854775807, found ${value}`,
  );
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
