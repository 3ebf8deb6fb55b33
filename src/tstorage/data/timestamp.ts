/** Unix time of 2001-01-01T00:00:00Z, where TStorage time starts. */
const EPOCH_SECONDS = 978_307_200;
/** A program's clock and that of the system differ by less. */
const MOST_DRIFT_MILLISECONDS = 10;
const EPOCH_NS = BigInt(EPOCH_SECONDS) * 1_000_000_000n;

/**
 * Converts TStorage seconds to Unix seconds.
 *
 * @example Usage
 * ```ts
 * import { toUnix } from "@sluice/sluice/tstorage";
 *
 * toUnix(0); // 978307200
 * ```
 *
 * @param seconds Seconds since 2001-01-01T00:00:00Z.
 * @returns Seconds since 1970-01-01T00:00:00Z.
 */
export function toUnix(seconds: number): number {
  return seconds + EPOCH_SECONDS;
}

/**
 * Converts Unix seconds to TStorage seconds.
 *
 * @example Usage
 * ```ts
 * import { fromUnix } from "@sluice/sluice/tstorage";
 *
 * fromUnix(Date.now() / 1000);
 * ```
 *
 * @param seconds Seconds since 1970-01-01T00:00:00Z.
 * @returns Seconds since 2001-01-01T00:00:00Z.
 */
export function fromUnix(seconds: number): number {
  return seconds - EPOCH_SECONDS;
}

/**
 * Converts TStorage nanoseconds, as keys hold them, to Unix nanoseconds.
 *
 * @example Usage
 * ```ts
 * import { toUnixNs } from "@sluice/sluice/tstorage";
 *
 * toUnixNs(-978_307_200_000_000_000n); // 0n
 * ```
 *
 * @param nanoseconds Nanoseconds since 2001-01-01T00:00:00Z.
 * @returns Nanoseconds since 1970-01-01T00:00:00Z.
 */
export function toUnixNs(nanoseconds: bigint): bigint {
  return nanoseconds + EPOCH_NS;
}

/**
 * Converts Unix nanoseconds to TStorage nanoseconds, as keys hold them.
 *
 * @example Usage
 * ```ts
 * import { fromUnixNs } from "@sluice/sluice/tstorage";
 *
 * const cap = fromUnixNs(BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n);
 * ```
 *
 * @param nanoseconds Nanoseconds since 1970-01-01T00:00:00Z.
 * @returns Nanoseconds since 2001-01-01T00:00:00Z.
 */
export function fromUnixNs(nanoseconds: bigint): bigint {
  return nanoseconds - EPOCH_NS;
}

/**
 * The current time in TStorage seconds.
 *
 * @example Usage
 * ```ts
 * import { now } from "@sluice/sluice/tstorage";
 *
 * const tenMinutesAgo = now() - 600;
 * ```
 *
 * @returns Seconds since 2001-01-01T00:00:00Z.
 */
export function now(): number {
  return fromUnix(Date.now() / 1000);
}

/**
 * The current time in TStorage nanoseconds.
 *
 * @example Usage
 * ```ts
 * import { Key, nowNs } from "@sluice/sluice/tstorage";
 *
 * const key = new Key(1, 7n, 0, nowNs());
 * ```
 *
 * @returns Nanoseconds since 2001-01-01T00:00:00Z.
 */
export function nowNs(): bigint {
  return fromUnixNs(
    typeof Temporal === "undefined"
      ? unixMicroseconds() * 1000n
      : Temporal.Now.instant().epochNanoseconds,
  );
}

/** The finest time without Temporal, unless the clock was set meanwhile. */
function unixMicroseconds(): bigint {
  const coarse = Date.now();
  const fine = performance.timeOrigin + performance.now();
  const isSame = Math.abs(fine - coarse) < MOST_DRIFT_MILLISECONDS;
  return BigInt(Math.floor((isSame ? fine : coarse) * 1000));
}
