import { assertEquals } from "@std/assert";
import { MirrorLines } from "../../../src/lines/mirror/mirror_lines.ts";

/** What goes out after each text, and what waits at the end. */
function taken(texts: readonly string[], aggressive = false) {
  const lines = new MirrorLines(aggressive);
  return [...texts.map((text) => lines.take(text)), lines.unsent];
}

Deno.test("whole lines go out, and an unfinished one waits for its end", () => {
  assertEquals(taken(["one\ntw", "o", "\n\n"]), ["one\n", "", "two\n\n", ""]);
  assertEquals(taken(["", "a\u2028b"]), ["", "a\u2028", "b"]);
});

Deno.test("an aggressive mirror sends all but half a character", () => {
  assertEquals(taken(["a", "b\ud83d", "\udc0b"], true), [
    "a",
    "b",
    "\u{1f40b}",
    "",
  ]);
});

Deno.test("a break that is split between two texts goes out once", () => {
  assertEquals(taken(["a\r", "\nb\r\n", "\nc"]), ["a\n", "b\r\n", "\n", "c"]);
});

Deno.test("an unfinished line that is too long goes out in parts", () => {
  const part = "x".repeat(40_000);
  assertEquals(taken([part, part, "\n"]), ["", part + part, "\n", ""]);
});

Deno.test("text that is taken out no longer waits", () => {
  const lines = new MirrorLines(false);
  lines.take("half");
  assertEquals([lines.takeUnsent(), lines.unsent], ["half", ""]);
  assertEquals(lines.take("\n"), "\n");
});
