import { assertEquals } from "@std/assert";
import { LineInput } from "../../src/cli/lines/line_input.ts";

Deno.test("lines are the same wherever the input is cut", () => {
  const text = "a\rb\r\nc\u2028d\n\r\n1%\r2%\r\r\n\rx\r\n3%\r";
  for (const isPosix of [true, false]) {
    for (const isCollapsed of [true, false]) {
      const results = new Set<string>();
      for (let i = 0; i <= text.length; i++) {
        for (let j = i; j <= text.length; j++) {
          const input = new LineInput({ isPosix, isCollapsed });
          const parts = [text.slice(0, i), text.slice(i, j), text.slice(j)];
          const sent = parts.map((part) => input.next(part)).join("");
          results.add(sent + input.rest());
        }
      }
      assertEquals([...results].length, 1, JSON.stringify([...results]));
    }
  }
  const input = new LineInput({ isPosix: true, isCollapsed: true });
  assertEquals(input.next(text) + input.rest(), "b\nc\\u2028d\n\n2%\nx\n3%");
});
