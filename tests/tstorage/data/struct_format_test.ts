import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type StructValue,
  TuplePayloadType,
} from "../../../src/tstorage/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const hasPython = await new Deno.Command("python3", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

/** Packs and unpacks with Python, one case a line. */
const PYTHON = `
import json, struct, sys
for line in sys.stdin:
    format, values = json.loads(line)
    values = [bytes.fromhex(v["hex"]) if "hex" in v else
              v["flag"] if "flag" in v else
              int(v["int"]) if "int" in v else float(v["float"])
              for v in values]
    try:
        packed = struct.pack(format, *values)
        back = [{"hex": v.hex()} if isinstance(v, bytes) else {"flag": v} if isinstance(v, bool)
                else {"int": str(v)} if isinstance(v, int) else {"float": repr(v)}
                for v in struct.unpack(format, packed)]
        print(json.dumps([packed.hex(), back]))
    except (struct.error, OverflowError):
        print("null")
`;

type Wire = { hex: string } | { flag: boolean } | { int: string } | {
  float: string;
};

Deno.test({
  name: "struct formats pack and unpack as Python does",
  ignore: !hasPython,
  async fn() {
    const { random, seed } = seededRandom();
    const cases = Array.from({ length: 3000 }, () => randomCase(random));
    const python = new Deno.Command("python3", {
      args: ["-c", PYTHON],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const input = cases.map(([format, values]) =>
      JSON.stringify([format, values.map(toWire)]) + "\n"
    ).join("");
    const answers = new Response(python.stdout).text();
    await new Response(input).body?.pipeTo(python.stdin);
    const lines = (await answers).trimEnd().split("\n");
    assert((await python.status).success);
    assertEquals(lines.length, cases.length);
    let packed = 0;
    for (const [i, [format, values]] of cases.entries()) {
      const expected = JSON.parse(lines[i]) as [string, Wire[]] | null;
      const message = `seed ${seed}, "${format}" of ${String(values)}`;
      const type = new TuplePayloadType<readonly StructValue[]>(format);
      if (expected === null) {
        assertThrows(() => type.toBytes(values), message);
        continue;
      }
      packed++;
      const bytes = type.toBytes(values);
      assertEquals(bytes.toHex(), expected[0], message);
      const back = type.fromBytes(bytes);
      assertEquals(back, expected[1].map(fromWire(back ?? [])), message);
      assertEquals(type.fromBytes(new Uint8Array(bytes.length + 1)), null);
    }
    assert(packed > cases.length / 2, `only ${packed} cases packed`);
  },
});

Deno.test("malformed struct formats are refused", () => {
  const malformed = [
    "3 i",
    "3",
    " <i",
    "<n",
    "<N",
    "P",
    "i<",
    "12",
    "y",
    "i3",
    "-1i",
    "é",
  ];
  for (const format of malformed) {
    assertThrows(
      () => new TuplePayloadType(format),
      TypeError,
      `found "${format}"`,
    );
  }
  assertThrows(() => new TuplePayloadType("99999999999999i"), RangeError);
});

Deno.test("white space may stand between the codes of a struct format", () => {
  const type = new TuplePayloadType<[number, number]>("<  h \t2x\nb ");
  assertEquals(type.toBytes([-2, 3]), new Uint8Array([254, 255, 0, 0, 3]));
  assertEquals(new TuplePayloadType("").toBytes([]), new Uint8Array());
});

Deno.test("a value of the wrong kind or range is an error that names it", () => {
  const error = (format: string, value: StructValue) =>
    assertThrows(() => new TuplePayloadType(format).toBytes([value]));
  const cases: [string, StructValue, typeof TypeError, string][] = [
    ["B", 256, RangeError, "from 0 to 255, found 256"],
    ["b", -129, RangeError, "from -128 to 127, found -129"],
    ["<q", 2n ** 63n, RangeError, "found 9223372036854775808"],
    ["i", 1.5, TypeError, "found 1.5"],
    ["i", true, TypeError, "found true"],
    ["e", 65520, RangeError, "fits 16 bits, found 65520"],
    ["f", 1e39, RangeError, "fits 32 bits"],
    ["d", 1n, TypeError, '"value[0]" must be a number, found 1n'],
    ["c", new Uint8Array(2), TypeError, "1 byte, found Uint8Array(2)"],
    ["4s", 1, TypeError, '"value[0]" must be a Uint8Array, found 1'],
  ];
  for (const [format, value, type, text] of cases) {
    const thrown = error(format, value);
    assert(
      thrown instanceof type && thrown.message.includes(text),
      `${thrown}`,
    );
  }
  assertThrows(
    () => new TuplePayloadType<number[]>("<ii").toBytes([1]),
    TypeError,
    '"value" must be 2 values for the struct format "<ii", found 1',
  );
});

function randomCase(random: () => number): [string, StructValue[]] {
  const below = (n: number) => Math.floor(random() * n);
  const pick = (letters: string) => letters[below(letters.length)];
  const order = pick("@=<>! ").trim();
  const native = order === "@" || order === "";
  // Python turns what a native "f" cannot hold into infinity, without a word.
  const letters = "xcbB?hHiIlLqQedsp" + (native ? "nN" : "f");
  const values: StructValue[] = [];
  let format = order;
  for (let i = below(6); i >= 0; i--) {
    const letter = pick(letters);
    // Python itself fails on "0p".
    const count = Math.max(below(5), letter === "p" ? 1 : 0);
    format += (count === 1 ? "" : `${count}`) + letter + pick("   \t").trim();
    if (letter === "x") continue;
    const repeats = "sp".includes(letter) ? 1 : count;
    for (let k = 0; k < repeats; k++) values.push(randomValue(letter, below));
  }
  return [format, values];
}

function randomValue(letter: string, below: (n: number) => number) {
  switch (letter) {
    case "c":
      return new Uint8Array([below(256)]);
    case "s":
    case "p":
      return Uint8Array.from({ length: below(7) }, () => below(256));
    case "?":
      return below(2) === 1;
    case "e":
      return (below(200_000) - 100_000) / [1, 7, 1e9][below(3)];
    case "f":
    case "d":
      return [0, -0, 1e308, -1e-320, below(1e9) / 7, Infinity][below(6)];
    default: {
      // Powers of two and their neighbours, where ranges end.
      const bits = "bBhHiIlLqQnN".indexOf(letter) >> 1;
      const widest = below(20) === 0 ? 66 : [6, 14, 30, 30, 62, 62][bits];
      const power = 1n << BigInt(below(widest));
      const negative = letter === letter.toLowerCase() && below(2) === 0;
      const number = (negative ? -power : power) + BigInt(below(3) - 1);
      return below(2) || number > 2n ** 52n || number < -(2n ** 52n)
        ? number
        : Number(number);
    }
  }
}

function toWire(value: StructValue): Wire {
  if (value instanceof Uint8Array) return { hex: value.toHex() };
  if (typeof value === "boolean") return { flag: value };
  const whole = typeof value === "bigint" ||
    (Number.isInteger(value) && !Object.is(value, -0));
  return whole
    ? { int: `${BigInt(value)}` }
    : { float: Object.is(value, -0) ? "-0.0" : String(value) };
}

/** Python's result, with integers of the type that ours has. */
function fromWire(ours: readonly StructValue[]) {
  return (wire: Wire, index: number): StructValue => {
    if ("hex" in wire) return Uint8Array.fromHex(wire.hex);
    if ("flag" in wire) return wire.flag;
    if ("float" in wire) return Number(wire.float.replace("inf", "Infinity"));
    return typeof ours[index] === "bigint"
      ? BigInt(wire.int)
      : Number(wire.int);
  };
}
