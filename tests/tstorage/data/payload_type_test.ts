import { assertEquals, assertThrows } from "@std/assert";
import {
  BytesPayloadType,
  StructPayloadType,
  UnitPayloadType,
} from "../../../src/tstorage/mod.ts";

Deno.test("bytes that were read do not change when the buffer is used again", () => {
  const type = new BytesPayloadType();
  const buffer = new Uint8Array([1, 2, 3]);
  const value = type.fromBytes(buffer.subarray(1));
  buffer.fill(0);
  assertEquals(value, new Uint8Array([2, 3]));
  assertEquals(type.toBytes(value), new Uint8Array([2, 3]));
});

Deno.test("a unit payload has no bytes and accepts any", () => {
  const type = new UnitPayloadType();
  assertEquals(type.toBytes(), new Uint8Array());
  assertEquals(type.fromBytes(), undefined);
});

Deno.test("a struct payload is one value", () => {
  const type = new StructPayloadType<number>("<2xi");
  assertEquals(type.toBytes(-2).toHex(), "0000feffffff");
  assertEquals(type.fromBytes(Uint8Array.fromHex("0000feffffff")), -2);
  assertEquals(type.fromBytes(new Uint8Array(5)), null);
  assertEquals(type.fromBytes(new Uint8Array(7)), null);
  assertThrows(
    () => new StructPayloadType("<2i"),
    TypeError,
    'one value (TuplePayloadType takes any number), found "<2i"',
  );
  assertThrows(() => new StructPayloadType("4x"), TypeError, 'found "4x"');
});
