import { assertEquals, assertThrows } from "@std/assert";
import {
  Channel,
  type PayloadType,
  StructPayloadType,
  type StructValue,
  TuplePayloadType,
} from "../../../src/tstorage/mod.ts";

/** Compiles only if both types are the same. */
function isOf<Expected>() {
  return <T>(
    _type: PayloadType<T>,
    _same: [T, Expected] extends [Expected, T] ? true : false,
  ): void => {};
}

Deno.test("the type of a value is that of its struct format", () => {
  isOf<number>()(new StructPayloadType("<d"), true);
  isOf<number>()(new StructPayloadType("3xI"), true);
  isOf<number>()(new StructPayloadType("<l"), true);
  isOf<bigint>()(new StructPayloadType("l"), true);
  isOf<bigint>()(new StructPayloadType("@N"), true);
  isOf<bigint>()(new StructPayloadType(">Q"), true);
  isOf<boolean>()(new StructPayloadType("! ?"), true);
  isOf<Uint8Array>()(new StructPayloadType("8s"), true);
  const format: string = "<d";
  isOf<StructValue>()(new StructPayloadType(format), true);
  isOf<number>()(new StructPayloadType<number>(format), true);
  // @ts-expect-error: a number is no boolean
  const wrong = () => new StructPayloadType("<d").toBytes(true);
  assertThrows(wrong, TypeError, '"value" must be a number');

  isOf<[number, bigint, boolean]>()(new TuplePayloadType("<dQ?"), true);
  isOf<[number, number, number, Uint8Array]>()(
    new TuplePayloadType("= 3h2x 5s"),
    true,
  );
  isOf<[]>()(new TuplePayloadType("4x"), true);
  isOf<readonly StructValue[]>()(new TuplePayloadType("100d"), true);
  isOf<readonly StructValue[]>()(new TuplePayloadType(format), true);
  const twelve = new TuplePayloadType("<12B");
  assertEquals(
    twelve.fromBytes(new Uint8Array(12)),
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  );

  // A channel has the type, too.
  const channel: Channel<number> = new Channel(
    "localhost",
    2025,
    new StructPayloadType("<d"),
  );
  assertEquals(channel.timeout, Infinity);
});
