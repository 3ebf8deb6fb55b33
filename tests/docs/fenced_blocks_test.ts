import { assertEquals, assertThrows } from "@std/assert";
import { fencedBlocks } from "./fenced_blocks.ts";

Deno.test("a block has a language, marks, a title and a line", () => {
  const blocks = fencedBlocks(
    "# Title\n\n```ts title=a.ts no-eval\none\n\ntwo\n```\n\n```text\n```\n",
  );
  assertEquals(blocks, [
    {
      language: "ts",
      marks: new Set(["no-eval"]),
      title: "a.ts",
      text: "one\n\ntwo\n",
      line: 3,
    },
    { language: "text", marks: new Set<string>(), text: "\n", line: 9 },
  ]);
});

Deno.test("a block without an end is refused", () => {
  assertThrows(() => fencedBlocks("\n```ts\none\n"), Error, "line 2");
});
