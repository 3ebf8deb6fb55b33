import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "../../tools/std/toml/mod.ts";

const READ: [text: string, value: unknown][] = [
  ["", {}],
  ["a = 1 # one\n\nb.c = true\r\n", { a: 1, b: { c: true } }],
  ["a = 0xff\nb = -1_000.5e1\nc = inf", { a: 255, b: -10_005, c: Infinity }],
  [`a = "x\\t\\u00e9"\n'b c' = 'd\\e'`, { a: "x\té", "b c": "d\\e" }],
  [`a = """\nx\\\n   y"""\nb = '''x''y'''`, { a: "xy", b: "x''y" }],
  ["a = [1,\n 2, # two\n]\nb = {c = 1, d.e = 2}", {
    a: [1, 2],
    b: { c: 1, d: { e: 2 } },
  }],
  ["[a]\nb = 1\n[a.c]\nd = 2", { a: { b: 1, c: { d: 2 } } }],
  ["[[a]]\nb = 1\n[[a]]\n[a.c]\nd = 2", { a: [{ b: 1 }, { c: { d: 2 } }] }],
  ["a = 1979-05-27T07:32:00Z", { a: new Date("1979-05-27T07:32:00Z") }],
];

for (const [text, value] of READ) {
  Deno.test(`the adapter reads ${JSON.stringify(text)}`, () => {
    // Its tables have no prototype.
    assertEquals(plain(parse(text)), value);
  });
}

const REFUSED: [text: string, place: string][] = [
  ["a = ", "line 1, column 4"],
  ["a = 1 b = 2", "line 1, column 5"],
  ["a = 1\na = 2", "line 2, column 5"],
  ['a = "x', "line 1, column 5"],
  ["[a", "line 1, column 2"],
  ["a = 1\n[a]", "line 2, column 2"],
  ["a = 01", "line 1, column 4"],
];

for (const [text, place] of REFUSED) {
  Deno.test(`the adapter refuses ${JSON.stringify(text)} as @std/toml does`, () => {
    assertThrows(() => parse(text), SyntaxError, `Parse error on ${place}: `);
  });
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plain(inner)]),
  );
}
