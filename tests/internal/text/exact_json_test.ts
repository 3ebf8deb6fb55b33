import { assertEquals, assertThrows } from "@std/assert";
import { parseExactJson } from "../../../src/internal/mod.ts";

Deno.test("JSON whose numbers a number holds is parsed as ever", () => {
  const numbers = [
    ...["0", "-0", "0.0", "1", "-1", "1.0", "1.50", "0.1", "1e3", "1E-3"],
    ...["9007199254740991", "-9007199254740992", "9007199254740994.0"],
    ...["1e23", "1e+21", "100000000000000000000", "123456789012345680000"],
    ...["0.10000000000000001", "3.1415926535897931", "2.2250738585072014e-308"],
    ...["5e-324", "1.7976931348623157e308", "0e999", "0.000e-999"],
    "1.000000000000000000000000",
  ];
  for (const number of numbers) {
    const text = `{"a":[${number}],"b":"9007199254740993 1e400"}`;
    assertEquals(parseExactJson(text, "x"), JSON.parse(text), number);
  }
  for (const value of [2 ** 53, 2 ** 80, 1 / 3, 1e-7, 1.7e308, 5e-324]) {
    assertEquals(parseExactJson(JSON.stringify([value]), "x"), [value]);
  }
});

Deno.test("a number that would become another is refused with its place", () => {
  const numbers = [
    ...["9007199254740993", "-9007199254740993", "9007199254740993.0"],
    ...["9.007199254740993e15", "12345678901234567890", "1152921504606846976"],
    ...["1e400", "-1e400", "1e-400", "123456789012345678901234567890"],
    ...["0.1000000000000000055511151231257827", "1.0000000000000000000001"],
  ];
  for (const number of numbers) {
    for (
      const [text, place] of [
        [number, "x"],
        [`{"ok":1,"id":${number}}`, "x.id"],
        [`{"a":[1,{"b c":${number}}]}`, "x.a[1].b c"],
      ]
    ) {
      const message = `"${place}" must be a number that JavaScript holds`;
      assertThrows(() => parseExactJson(text, "x"), RangeError, message);
    }
  }
  assertThrows(() => parseExactJson("[1e400", "x"), SyntaxError);
});
