import {
  checkInteger,
  denoErrors,
  outOfRange,
  runtimeName,
} from "../../internal/mod.ts";
import { fromUnixNs, toUnixNs } from "./timestamp.ts";

/**
 * A point in time with nanoseconds: an instant of whole microseconds, and the
 * nanoseconds that remain.
 *
 * Exact for every TStorage time that a key can hold (1708 to 2293) and beyond.
 * The methods without `Ns` speak of seconds as a `number`, which holds about
 * 200 ns at today's dates.
 *
 * @example Read the capture time of a key
 * ```ts
 * import { Key, TStorageDateTime } from "@sluice/sluice/tstorage";
 *
 * const key = new Key(1, 7n, 0, 725_846_400_000_000_123n);
 * const time = TStorageDateTime.fromTStorageNs(key.cap);
 * console.log(time.instant.toString(), time.nanoseconds);
 * ```
 */
export class TStorageDateTime {
  /** The time in whole microseconds. */
  readonly instant: Temporal.Instant;
  /** The nanoseconds that remain, 0 to 999. */
  readonly nanoseconds: number;

  /**
   * A point in time from its two parts.
   *
   * @param time The part in whole microseconds; a `Date` has milliseconds.
   * @param nanoseconds The rest, an integer from 0 to 999.
   * @throws {RangeError} If `nanoseconds` is outside 0 to 999, or `time` is
   * not a whole number of microseconds.
   */
  constructor(time: Temporal.Instant | Date, nanoseconds: number = 0) {
    requireTemporal();
    checkInteger("nanoseconds", nanoseconds, { min: 0, max: 999 });
    const instant = time instanceof Date
      ? Temporal.Instant.fromEpochMilliseconds(time.getTime())
      : time;
    if (instant.epochNanoseconds % 1000n !== 0n) {
      const expected =
        'a time of whole microseconds (pass the rest as "nanoseconds")';
      throw outOfRange("time", expected, `${instant}`);
    }
    this.instant = instant;
    this.nanoseconds = nanoseconds;
  }

  /**
   * From Unix seconds, rounded to nanoseconds.
   *
   * @param seconds Seconds since 1970-01-01T00:00:00Z.
   * @returns The same time.
   * @throws {RangeError} If `seconds` is not finite.
   */
  static fromUnix(seconds: number): TStorageDateTime {
    return this.fromUnixNs(secondsToNs(seconds));
  }

  /**
   * From Unix nanoseconds.
   *
   * @param nanoseconds Nanoseconds since 1970-01-01T00:00:00Z.
   * @returns The same time.
   */
  static fromUnixNs(nanoseconds: bigint): TStorageDateTime {
    // The remainder of a negative bigint is negative; the rest never is.
    const rest = ((nanoseconds % 1000n) + 1000n) % 1000n;
    requireTemporal();
    return new TStorageDateTime(
      new Temporal.Instant(nanoseconds - rest),
      Number(rest),
    );
  }

  /**
   * From TStorage seconds, rounded to nanoseconds.
   *
   * @param seconds Seconds since 2001-01-01T00:00:00Z.
   * @returns The same time.
   * @throws {RangeError} If `seconds` is not finite.
   */
  static fromTStorage(seconds: number): TStorageDateTime {
    return this.fromTStorageNs(secondsToNs(seconds));
  }

  /**
   * From TStorage nanoseconds, as `cap` and `acq` of a key are.
   *
   * @param nanoseconds Nanoseconds since 2001-01-01T00:00:00Z.
   * @returns The same time.
   */
  static fromTStorageNs(nanoseconds: bigint): TStorageDateTime {
    return this.fromUnixNs(toUnixNs(nanoseconds));
  }

  /**
   * Orders two times, for instance in `Array.prototype.sort`.
   *
   * @param a One time.
   * @param b Another time.
   * @returns −1 if `a` is earlier, 1 if it is later, 0 if they are the same.
   */
  static compare(a: TStorageDateTime, b: TStorageDateTime): -1 | 0 | 1 {
    const difference = a.toUnixNs() - b.toUnixNs();
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /** Seconds since 1970-01-01T00:00:00Z, as exact as a `number` can be. */
  toUnix(): number {
    return nsToSeconds(this.toUnixNs());
  }

  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  toUnixNs(): bigint {
    return this.instant.epochNanoseconds + BigInt(this.nanoseconds);
  }

  /** Seconds since 2001-01-01T00:00:00Z, as exact as a `number` can be. */
  toTStorage(): number {
    return nsToSeconds(this.toTStorageNs());
  }

  /** Nanoseconds since 2001-01-01T00:00:00Z, as `cap` and `acq` of a key are. */
  toTStorageNs(): bigint {
    return fromUnixNs(this.toUnixNs());
  }
}

/** Some runtimes lack it; a program can bring it along. */
function requireTemporal(): void {
  if (typeof Temporal !== "undefined") return;
  throw new denoErrors.NotSupported(
    `TStorageDateTime needs Temporal, which ${runtimeName()} lacks: import "temporal-polyfill/global", or use nanoseconds as in a Key`,
  );
}

function secondsToNs(seconds: number): bigint {
  if (!Number.isFinite(seconds)) {
    throw outOfRange("seconds", "a finite number", seconds);
  }
  // Apart, so that the fraction is not rounded to the precision of the whole.
  const whole = Math.floor(seconds);
  return BigInt(whole) * 1_000_000_000n +
    BigInt(Math.round((seconds - whole) * 1e9));
}

function nsToSeconds(nanoseconds: bigint): number {
  const whole = nanoseconds / 1_000_000_000n;
  return Number(whole) + Number(nanoseconds % 1_000_000_000n) / 1e9;
}
