import { assertEquals, assertThrows } from "@std/assert";
import { LineAssembler, LineBatchStream } from "../../../src/streams/mod.ts";

const ALL_BREAKS = /\r\n|[\n\r\u2028]/;

function linesOf(
  texts: readonly string[],
  breaks?: RegExp,
): string[] {
  const lines = new LineAssembler({ breaks, maxLineChars: 100 });
  return [...texts.flatMap((text) => lines.push(text)), ...lines.finish()];
}

/** Every way to cut a text into pieces. */
function* cuts(text: string): Generator<string[]> {
  for (let mask = 0; mask < 2 ** (text.length - 1); mask++) {
    const pieces = [text[0]];
    for (let at = 1; at < text.length; at++) {
      if (mask & 2 ** (at - 1)) pieces.push(text[at]);
      else pieces.push((pieces.pop() ?? "") + text[at]);
    }
    yield pieces;
  }
}

Deno.test("lines are the same wherever their text is cut", () => {
  const text = "a\r\nb\rc\n\nd\r\n\r\re\u2028f\r\r";
  const expected = {
    all: ["a", "b", "c", "", "d", "", "", "e", "f", ""],
    lineFeeds: ["a\r", "b\rc", "", "d\r", "\r\re\u2028f\r\r"],
    byDefault: ["a", "b\rc", "", "d", "\r\re\u2028f\r\r"],
  };
  for (const pieces of cuts(text)) {
    assertEquals(linesOf(pieces, ALL_BREAKS), expected.all);
    assertEquals(linesOf(pieces, /\n/), expected.lineFeeds);
    assertEquals(linesOf(pieces), expected.byDefault);
  }
});

Deno.test("a line is handed out at its \\r when that is a break of its own", () => {
  const lines = new LineAssembler({ breaks: ALL_BREAKS, maxLineChars: 100 });
  assertEquals(lines.push("a\r"), ["a"]);
  assertEquals(lines.push("\n"), []);
  assertEquals(lines.push("\n"), [""]);
});

Deno.test("the rest is what has come of the line after the last break", () => {
  const lines = new LineAssembler({ maxLineChars: 100 });
  lines.push("a\nbc");
  assertEquals(lines.rest, "bc");
  lines.push("\r");
  assertEquals(lines.rest, "bc\r");
  assertEquals(lines.finish(), ["bc\r"]);
  assertEquals(lines.rest, "");
  assertEquals(lines.finish(), []);
});

Deno.test("a line longer than the limit is refused, wherever it is cut", () => {
  for (const texts of [["12345\n"], ["12", "345"], ["12345"]]) {
    const lines = new LineAssembler({ maxLineChars: 4 });
    assertThrows(
      () => texts.forEach((text) => lines.push(text)),
      Deno.errors.InvalidData,
      'expected a line break within 4 characters, found none in "12345..."',
    );
  }
  const lines = new LineAssembler({ maxLineChars: 4 });
  assertEquals(lines.push("1234\n1234"), ["1234"]);
});

Deno.test("with longLines: split, a long line is handed out in parts", () => {
  const lines = new LineAssembler({ maxLineChars: 4, longLines: "split" });
  assertEquals(lines.push("123"), []);
  assertEquals(lines.push("45"), ["12345"]);
  assertEquals(lines.push("6\n"), ["6"]);
});

Deno.test("a line that comes in many small pieces takes linear time", () => {
  const pieces = 200_000;
  const lines = new LineAssembler({ maxLineChars: Infinity });
  const start = performance.now();
  for (let i = 0; i < pieces; i++) lines.push("0123456789");
  const [line] = lines.push("\n");
  assertEquals(line.length, 10 * pieces);
  // Joining the rest again for each piece would take minutes.
  const milliseconds = performance.now() - start;
  assertEquals(milliseconds < 10_000, true, `it took ${milliseconds} ms`);
});

Deno.test("refused options say what was expected", () => {
  assertThrows(
    () => new LineAssembler({ maxLineChars: 0 }),
    RangeError,
    '"maxLineChars" must be a positive integer or Infinity, found 0',
  );
  assertThrows(
    () =>
      new LineAssembler({ breaks: "\n" as unknown as RegExp, maxLineChars: 1 }),
    TypeError,
    '"breaks" must be a RegExp, found "\\n"',
  );
});

Deno.test("a stream hands out the lines that a chunk completes in one batch", async () => {
  const batches = ReadableStream.from(["a\nb\nc", "d", "e\n", "f"])
    .pipeThrough(new LineBatchStream({ maxLineChars: 100 }));
  assertEquals(await Array.fromAsync(batches), [["a", "b"], ["cde"], ["f"]]);
});
