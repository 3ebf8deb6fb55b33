import { assert, assertEquals } from "@std/assert";
import { compileGlob } from "../../../src/internal/text/fnmatch.ts";

const compile = (pattern: string) =>
  compileGlob(pattern, { dialect: "python" });

Deno.test("a pattern matches whole texts as Python's fnmatch does", () => {
  const cases: [pattern: string, matching: string[], other: string[]][] = [
    ["", [""], ["a"]],
    ["*", ["", "a", "a/b\n", "👩"], []],
    ["a*", ["a", "a/b"], ["ba", "A"]],
    ["**a**", ["a", "xax"], ["b"]],
    ["*.csv", [".csv", "a/b.csv"], ["a.csv.gz", "acsv"]],
    ["?", ["a", "/", "\n", "👩"], ["", "ab"]],
    ["[abc]", ["a", "c"], ["d", "", "ab"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
    ["[!a-c]", ["d", "!"], ["a", ""]],
    ["[^a]", ["^", "a"], ["b", ""]],
    ["[^]", ["^"], ["a", "[^]"]],
    ["[!^]", ["a"], ["^"]],
    ["[[:digit:]]", ["[]", ":]", "d]", "t]"], ["7", "d", "]"]],
    ["[!c-a]", ["a", "b", "-"], [""]],
    ["[]-a]", ["]", "^", "a"], ["[", "-", "b"]],
    ["[a-c-e]", ["b", "-", "e"], ["d"]],
    ["[\uffff-👩]", ["\uffff", "👨"], ["👪", "a"]],
    ["[]]", ["]"], ["[", "a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[!]]", ["a"], ["]"]],
    ["[a-]", ["a", "-"], ["b"]],
    ["[-a]", ["-", "a"], ["b"]],
    ["[c-a]", [], ["a", "b", "c", "-"]],
    ["[👩-👫]", ["👪"], ["a"]],
    ["[", ["["], ["a"]],
    ["[a", ["[a"], ["a"]],
    ["[]", ["[]"], [""]],
    ["[!]", ["[!]"], ["a"]],
    ["a.b", ["a.b"], ["axb"]],
    ["\\*", ["\\", "\\x"], ["*"]],
    ["(a|b)+^$", ["(a|b)+^$"], ["a"]],
    ["*a*b*", ["ab", "xaxbx"], ["ba"]],
  ];
  for (const [pattern, matching, other] of cases) {
    const matches = compile(pattern);
    for (const text of matching) {
      assert(matches(text), `${pattern} and ${text}`);
    }
    for (const text of other) assert(!matches(text), `${pattern} not ${text}`);
  }
});

Deno.test("a pattern with many stars is matched in little time", () => {
  const matches = compile("*a".repeat(50) + "b");
  assertEquals(matches("a".repeat(10_000)), false);
  assertEquals(matches("a".repeat(10_000) + "b"), true);
});
