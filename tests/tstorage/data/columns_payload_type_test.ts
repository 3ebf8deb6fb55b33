import { assertEquals, assertThrows } from "@std/assert";
import {
  type ColumnFields,
  ColumnsPayloadType,
} from "../../../src/tstorage/mod.ts";

Deno.test("fields follow one another without padding, little-endian", () => {
  const type = new ColumnsPayloadType({ a: "u8", b: "i64", c: "f32" });
  const bytes = type.toBytes({ a: 255, b: -2n, c: 1.5 });
  assertEquals(bytes.toHex(), "ff" + "feffffffffffffff" + "0000c03f");
  assertEquals(type.fromBytes(bytes), { a: 255, b: -2n, c: 1.5 });
  assertEquals(type.fromBytes(bytes.subarray(1)), null);
});

Deno.test("a value out of the range of its field is an error", () => {
  const type = new ColumnsPayloadType({ a: "u8" });
  assertThrows(
    () => type.toBytes({ a: 256 }),
    RangeError,
    `"a" must be an integer from 0 to 255, found 256`,
  );
  assertThrows(
    () => type.toBytes({ a: 0.5 }),
    TypeError,
    '"a" must be an integer, found 0.5',
  );
  const nothing = {} as { a: number };
  assertThrows(
    () => type.toBytes(nothing),
    TypeError,
    '"a" must be an integer, found undefined',
  );
});

Deno.test("fields that cannot be columns are refused", () => {
  const wrong = [
    { cid: "f64" },
    { acq: "i64" },
    { length: "u8" },
    { 1: "u8" },
    { a: "f16" },
    { a: undefined },
  ] as unknown as ColumnFields[];
  for (const fields of wrong) {
    assertThrows(() => new ColumnsPayloadType(fields), TypeError, "must be");
  }
});
