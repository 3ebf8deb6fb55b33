import { assert, assertEquals } from "@std/assert";
import { keyPattern } from "../../../src/store/core/key_pattern.ts";

Deno.test("a pattern matches whole keys as fnmatch does", () => {
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
    const matches = keyPattern(pattern);
    for (const key of matching) assert(matches(key), `${pattern} and ${key}`);
    for (const key of other) assert(!matches(key), `${pattern} not ${key}`);
  }
});

Deno.test("a pattern with many stars takes no longer than a long key must", () => {
  const matches = keyPattern("*a".repeat(50) + "b");
  assertEquals(matches("a".repeat(10_000)), false);
  assertEquals(matches("a".repeat(10_000) + "b"), true);
});
