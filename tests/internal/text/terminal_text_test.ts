import { assertEquals } from "@std/assert";
import { terminalText } from "../../../src/internal/mod.ts";

Deno.test("a terminal obeys nothing in a text, and tabs and letters stay", () => {
  const cases: [text: string, shown: string][] = [
    ["plain\ttext é抽🐋", "plain\ttext é抽🐋"],
    ["\x1b[2J\x1b]0;title\x07", String.raw`\x1b[2J\x1b]0;title\x07`],
    ["a\nb\rc\x00\x7f", String.raw`a\x0ab\x0dc\x00\x7f`],
    ["\x80\x85\x9b2J\x9dx\x9c\x9f", String.raw`\x80\x85\x9b2J\x9dx\x9c\x9f`],
    ["a\u202eb\u2066c\u2028d", String.raw`a\u202eb\u2066c\u2028d`],
    ["\x1b[31mred\x1b[0m", String.raw`\x1b[31mred\x1b[0m`],
    ["", ""],
  ];
  for (const [text, shown] of cases) assertEquals(terminalText(text), shown);
});

Deno.test("breaks and colours stay only when they are asked for", () => {
  const text = "\x1b[1;31mred\r\nnext\x1b[2J\n";
  const cleared = String.raw`next\x1b[2J`;
  const bold = String.raw`\x1b[1;31mred`;
  assertEquals(
    terminalText(text, { breaks: true }),
    `${bold}\r\n${cleared}\n`,
  );
  assertEquals(
    terminalText(text, { breaks: true, colors: true }),
    `\x1b[1;31mred\x1b[0m\r\n${cleared}\n`,
  );
  assertEquals(
    terminalText("\x1b[38;5;9mx\ny", { colors: true }),
    String.raw`${"\x1b"}[38;5;9mx\x0ay${"\x1b"}[0m`,
  );
});

Deno.test("no control character but those asked for is left of any text", () => {
  const all = Array.from({ length: 0x3000 }, (_, i) => String.fromCharCode(i));
  assertEquals(/(?!\t)\p{Cc}/u.test(terminalText(all.join(""))), false);
  const texts = all.map((it) =>
    terminalText(it, { breaks: true, colors: true })
  );
  assertEquals(/(?![\t\r\n])\p{Cc}/u.test(texts.join("")), false);
  // A sequence that only begins like a style is none.
  for (const text of ["\x1b", "\x1b[", "\x1b[3", "\x1b[3\x1b[H", "\x1b[?3m"]) {
    assertEquals(terminalText(text, { colors: true }).includes("\x1b"), false);
  }
});
