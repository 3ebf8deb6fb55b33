import { assert, assertEquals } from "@std/assert";
import {
  fromUnix,
  fromUnixNs,
  now,
  nowNs,
  toUnix,
  toUnixNs,
} from "../../../src/tstorage/mod.ts";

Deno.test("TStorage time starts at 2001-01-01T00:00:00Z", () => {
  const start = Date.UTC(2001, 0);
  assertEquals(toUnix(0), start / 1000);
  assertEquals(fromUnix(start / 1000), 0);
  assertEquals(toUnixNs(0n), BigInt(start) * 1_000_000n);
  assertEquals(fromUnixNs(BigInt(start) * 1_000_000n), 0n);
});

Deno.test("conversions are exact at both ends of int64", () => {
  for (const end of [-(2n ** 63n), 2n ** 63n - 1n]) {
    assertEquals(toUnixNs(end), end + 978307200000000000n);
    assertEquals(fromUnixNs(toUnixNs(end)), end);
  }
});

Deno.test("now is the system clock", () => {
  const before = Date.now();
  const seconds = now();
  const nanoseconds = nowNs();
  const after = Date.now();
  const between = (unixMs: number) =>
    assert(unixMs >= before - 1 && unixMs <= after + 1, `${unixMs}`);
  between(toUnix(seconds) * 1000);
  between(Number(toUnixNs(nanoseconds) / 1_000_000n));
});
