import { assert, assertEquals, assertThrows } from "@std/assert";
import { Key } from "../../../src/tstorage/mod.ts";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

Deno.test("parts left out are -1, and such a key is not valid", () => {
  assertEquals(new Key(), new Key(-1, -1n, -1, -1n, -1n));
  assert(!new Key().valid);
  assert(new Key(0).valid);
});

Deno.test("MIN and MAX hold the ends of each part", () => {
  assertEquals({ ...Key.MIN }, {
    cid: 0,
    mid: LOWEST,
    moid: -2147483648,
    cap: LOWEST,
    acq: LOWEST,
  });
  assertEquals({ ...Key.MAX }, {
    cid: 2147483647,
    mid: HIGHEST,
    moid: 2147483647,
    cap: HIGHEST,
    acq: HIGHEST,
  });
});

Deno.test("a part out of its range is an error before anything is sent", () => {
  assertThrows(() => new Key(2 ** 31), RangeError, "cid");
  assertThrows(() => new Key(1.5), RangeError, "found 1.5");
  assertThrows(() => new Key(0, HIGHEST + 1n), RangeError, "mid");
  assertThrows(() => new Key(0, 0n, -(2 ** 31) - 1), RangeError, "moid");
  assertThrows(() => new Key(0, 0n, 0, LOWEST - 1n), RangeError, "cap");
  assertThrows(() => new Key(0, 0n, 0, 0n, HIGHEST + 1n), RangeError, "acq");
  assertThrows(() => Key.MIN.with({ acq: LOWEST - 1n }), RangeError, "acq");
  const wrong = 5 as unknown as bigint;
  assertThrows(
    () => new Key(0, wrong),
    TypeError,
    `"mid" must be a bigint, found 5`,
  );
});

Deno.test("bytes are little-endian without padding", () => {
  const key = new Key(
    0x01020304,
    0x1112131415161718n,
    -2,
    0x2122232425262728n,
    LOWEST,
  );
  const [cid, tail, acq] = [
    "04030201",
    "1817161514131211" + "feffffff" + "2827262524232221",
    "0000000000000080",
  ];
  assertEquals(key.toBytes().toHex(), cid + tail + acq);
  assertEquals(key.toBytes({ withCid: false }).toHex(), tail + acq);
  assertEquals(key.toBytes({ withAcq: false }).toHex(), cid + tail);
  assertEquals(
    key.toBytes({ withCid: false, withAcq: false }).toHex(),
    tail,
  );
  assertEquals(key.toBytes().length, Key.bytesCount());
  assertEquals(Key.fromBytes(key.toBytes()), key);
});

Deno.test("the ends of every part survive conversion to bytes and back", () => {
  for (const key of [Key.MIN, Key.MAX]) {
    assertEquals(Key.fromBytes(key.toBytes()), key);
  }
});

Deno.test("bytes that are not a valid key give null", () => {
  assertEquals(Key.fromBytes(new Uint8Array(31)), null);
  assertEquals(Key.fromBytes(new Uint8Array(33)), null);
  assertEquals(Key.fromBytes(new Key().toBytes()), null);
});

Deno.test("keys sort part by part", () => {
  const sorted = [
    Key.MIN,
    new Key(0, LOWEST, 0, 0n, 0n),
    new Key(0, -1n, 5, 5n, 5n),
    new Key(0, 0n, 0, 0n, 0n),
    new Key(0, 0n, 0, 0n, 1n),
    new Key(0, 0n, 0, 1n, 0n),
    new Key(0, 0n, 1, 0n, 0n),
    new Key(0, 1n, 0, 0n, 0n),
    new Key(1, 0n, 0, 0n, 0n),
    Key.MAX,
  ];
  assertEquals(sorted.toReversed().sort(Key.compare), sorted);
  assertEquals(Key.compare(Key.MAX, Key.MAX), 0);
});

Deno.test("with replaces parts and keeps the others", () => {
  const key = new Key(1, 2n, 3, 4n, 5n);
  assertEquals(key.with({ moid: 30, acq: 50n }), new Key(1, 2n, 30, 4n, 50n));
  assertEquals(key.with({ cid: undefined, acq: undefined }), key);
});
