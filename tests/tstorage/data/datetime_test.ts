import { assertEquals, assertThrows } from "@std/assert";
import { TStorageDateTime } from "../../../src/tstorage/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

/** TStorage nanoseconds, the whole microseconds, the rest: reckoned by hand. */
const TABLE: readonly [bigint, string, number][] = [
  [-9223372036854775808n, "1708-09-22T00:12:43.145224Z", 192],
  [-9223372036854775807n, "1708-09-22T00:12:43.145224Z", 193],
  [-978307200000000001n, "1969-12-31T23:59:59.999999Z", 999],
  [-978307200000000000n, "1970-01-01T00:00:00Z", 0],
  [-1001n, "2000-12-31T23:59:59.999998Z", 999],
  [-1000n, "2000-12-31T23:59:59.999999Z", 0],
  [-1n, "2000-12-31T23:59:59.999999Z", 999],
  [0n, "2001-01-01T00:00:00Z", 0],
  [1n, "2001-01-01T00:00:00Z", 1],
  [999n, "2001-01-01T00:00:00Z", 999],
  [1000n, "2001-01-01T00:00:00.000001Z", 0],
  // 2024 had a leap day: 8 460 days from 2001-01-01 to 2024-03-01.
  [730_944_000_000_000_123n, "2024-03-01T00:00:00Z", 123],
  [9223372036854775806n, "2293-04-11T23:47:16.854775Z", 806],
  [9223372036854775807n, "2293-04-11T23:47:16.854775Z", 807],
];

Deno.test("times are exact over the whole range of a key", () => {
  for (const [tstorage, instant, nanoseconds] of TABLE) {
    const time = TStorageDateTime.fromTStorageNs(tstorage);
    assertEquals(time.instant.toString(), instant);
    assertEquals(time.nanoseconds, nanoseconds);
    assertEquals(time.toTStorageNs(), tstorage);
    assertEquals(time.toUnixNs(), tstorage + 978_307_200_000_000_000n);
    const again = new TStorageDateTime(
      Temporal.Instant.from(instant),
      nanoseconds,
    );
    assertEquals(again.toTStorageNs(), tstorage);
    assertEquals(TStorageDateTime.compare(again, time), 0);
  }
});

Deno.test("any nanosecond survives conversion to its two parts and back", () => {
  const { random, seed } = seededRandom();
  for (let i = 0; i < 10_000; i++) {
    const tstorage = BigInt.asIntN(
      64,
      BigInt(Math.floor(random() * 2 ** 32)) << 32n |
        BigInt(Math.floor(random() * 2 ** 32)),
    );
    const time = TStorageDateTime.fromTStorageNs(tstorage);
    assertEquals(time.toTStorageNs(), tstorage, `seed ${seed}`);
    assertEquals(TStorageDateTime.fromUnixNs(time.toUnixNs()), time);
  }
});

Deno.test("seconds are as exact as a number can be", () => {
  const cases: [number, bigint][] = [
    [0, 0n],
    [0.000000004, 4n],
    [0.000000999, 999n],
    [0.999999999, 999_999_999n],
    [123.000000004, 123_000_000_004n],
    [-0.000000001, -1n],
    [-1.5, -1_500_000_000n],
    [978307200, 978_307_200_000_000_000n],
  ];
  for (const [seconds, nanoseconds] of cases) {
    const unix = TStorageDateTime.fromUnix(seconds);
    assertEquals(unix.toUnixNs(), nanoseconds);
    assertEquals(unix.toUnix(), seconds);
    const tstorage = TStorageDateTime.fromTStorage(seconds);
    assertEquals(tstorage.toTStorageNs(), nanoseconds);
    assertEquals(tstorage.toTStorage(), seconds);
  }
  assertThrows(
    () => TStorageDateTime.fromUnix(NaN),
    RangeError,
    '"seconds" must be a finite number, found NaN',
  );
});

Deno.test("a time is whole microseconds and 0 to 999 nanoseconds", () => {
  const date = new Date("1969-07-20T20:17:40.123Z");
  assertEquals(
    new TStorageDateTime(date, 7).toUnixNs(),
    -14_182_939_877_000_000n + 7n,
  );
  for (const nanoseconds of [-1, 1000, 0.5, NaN]) {
    assertThrows(
      () => new TStorageDateTime(date, nanoseconds),
      RangeError,
      `found ${nanoseconds}`,
    );
  }
  assertThrows(
    () => new TStorageDateTime(new Temporal.Instant(1n)),
    RangeError,
    'pass the rest as "nanoseconds"',
  );
});

Deno.test("times sort in their order", () => {
  const times = TABLE.map(([ns]) => TStorageDateTime.fromTStorageNs(ns));
  assertEquals(times.toReversed().sort(TStorageDateTime.compare), times);
});
