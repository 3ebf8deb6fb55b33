import {
  BytesPayloadType,
  ColumnsPayloadType,
  Key,
  type PayloadType,
  StructPayloadType,
  TuplePayloadType,
  UnitPayloadType,
} from "../../src/tstorage/mod.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** A payload type, and random values of it. */
export interface PayloadCase {
  readonly name: string;
  readonly type: PayloadType<unknown, unknown>;
  value(random: SeededRandom): unknown;
}

/** Payload types with and without a size of their own, with and without gaps. */
export const PAYLOAD_CASES: readonly PayloadCase[] = [
  one("<d", float),
  one(">f", (random) => Math.fround(float(random))),
  one("e", ({ pick }) => pick([0, -0, 1.5, NaN, -Infinity])),
  one("<i", ({ below }) => below(2 ** 32) - 2 ** 31),
  one(">Q", (random) => BigInt.asUintN(64, int64(random))),
  one("q", ({ pick }) => pick([2 ** 53, -(2 ** 53), 2n ** 53n + 1n, 7])),
  one("<3xh2x", ({ below }) => below(2 ** 16) - 2 ** 15),
  one("?", ({ below }) => below(2) === 1),
  one("c", (random) => bytes(random, 1)),
  one("5s", (random) => bytes(random, random.below(7))),
  one("7p", (random) => bytes(random, random.below(9))),
  one("0s", (random) => bytes(random, 0)),
  tuple("@bq?5s", (random) => [
    random.below(256) - 128,
    int64(random),
    random.below(2) === 1,
    bytes(random, random.below(7)),
  ]),
  tuple(">3h2p", (random) => [1, -2, random.below(100), bytes(random, 1)]),
  tuple("", () => []),
  {
    name: "columns",
    type: new ColumnsPayloadType({
      a: "u8",
      b: "f64",
      c: "i16",
      d: "u64",
      e: "f32",
      f: "u32",
      g: "i8",
      h: "u16",
      i: "i64",
      j: "i32",
    }),
    value: (random) => ({
      a: random.below(2 ** 8),
      b: float(random),
      c: random.below(2 ** 16) - 2 ** 15,
      d: BigInt.asUintN(64, int64(random)),
      e: Math.fround(float(random)),
      f: random.below(2 ** 32),
      g: random.below(2 ** 8) - 2 ** 7,
      h: random.below(2 ** 16),
      i: int64(random),
      j: random.below(2 ** 32) - 2 ** 31,
    }),
  },
  { name: "unit", type: new UnitPayloadType(), value: () => undefined },
  {
    name: "bytes",
    type: new BytesPayloadType(),
    value: (random) => bytes(random, random.below(40)),
  },
  {
    name: "text",
    type: {
      toBytes: (value: unknown) => new TextEncoder().encode(`${value}`),
      fromBytes: (buffer) => new TextDecoder().decode(buffer),
    },
    value: ({ below }) => "ü".repeat(below(10)),
  },
];

/** The same payload type without its form for values in place. */
export function withoutInPlace<T, B>(
  type: PayloadType<T, B>,
): PayloadType<T, B> {
  return {
    toBytes: (value) => type.toBytes(value),
    fromBytes: (buffer) => type.fromBytes(buffer),
    columns: type.columns,
  };
}

/** A key that is valid: many share their `cid`, some parts are extreme. */
export function randomKey(random: SeededRandom): Key {
  const { below, pick } = random;
  return new Key(
    pick([0, 1, 1, 1, below(1000), 2 ** 31 - 1]),
    int64(random),
    pick([-1, 0, 2 ** 31 - 1, -(2 ** 31)]),
    int64(random),
    int64(random),
  );
}

/** A 64-bit integer: extreme, near 2⁵³, small, or any. */
function int64({ below, pick }: SeededRandom): bigint {
  const any = BigInt.asIntN(
    64,
    (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32)),
  );
  const small = BigInt(below(5)) - 2n;
  return pick([
    any,
    small,
    2n ** 53n + small,
    -(2n ** 53n) + small,
    2n ** 32n + small,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ]);
}

function float({ random, pick }: SeededRandom): number {
  return pick([random(), -0, NaN, Infinity, 2 ** 53 + 1, 2 ** -149]);
}

function bytes({ below }: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(256));
}

function one(
  format: string,
  value: PayloadCase["value"],
): PayloadCase {
  return { name: format, type: new StructPayloadType(format), value };
}

function tuple(format: string, value: PayloadCase["value"]): PayloadCase {
  return {
    name: `tuple "${format}"`,
    type: new TuplePayloadType<never>(format),
    value,
  };
}
