import { assertEquals } from "@std/assert";
import { splitLines } from "../../../src/lines/buffer/line_breaks.ts";

Deno.test("lines are those of Python's str.splitlines", () => {
  const cases: [text: string, lines: string[]][] = [
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["\n", [""]],
    ["a\n\nb", ["a", "", "b"]],
    ["a\r\nb\rc\n\rd", ["a", "b", "c", "", "d"]],
    ["a\r\r\nb", ["a", "", "b"]],
    ["a\vb\fc\x1cd\x1de\x1ef", ["a", "b", "c", "d", "e", "f"]],
    ["a\x85b\u2028c\u2029d", ["a", "b", "c", "d"]],
    ["a\tb\x1fc\0d", ["a\tb\x1fc\0d"]],
  ];
  for (const [text, lines] of cases) assertEquals(splitLines(text), lines);
});

Deno.test("Python agrees about random texts", async () => {
  const alphabet = "ab\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2027\u2028\u2029\u{1f40b}";
  const texts = Array.from(
    { length: 500 },
    () =>
      Array.from(
        { length: Math.random() * 12 },
        () => [...alphabet][Math.floor(Math.random() * [...alphabet].length)],
      ).join(""),
  );
  const script =
    "import json,sys; print(json.dumps([t.splitlines() for t in json.loads(sys.argv[1])]))";
  let output;
  try {
    output = await new Deno.Command("python3", {
      args: ["-c", script, JSON.stringify(texts)],
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no python3 here");
    return;
  }
  const expected = JSON.parse(new TextDecoder().decode(output.stdout));
  texts.forEach((text, i) =>
    assertEquals(splitLines(text), expected[i], JSON.stringify(text))
  );
});
