import { assertEquals } from "@std/assert";
import { compileGlob } from "../../../src/internal/text/fnmatch.ts";

// Each answer is what glibc's fnmatch(pattern, path, FNM_NOESCAPE) gives.
const CASES: [pattern: string, path: string, matches: boolean][] = [
  ["a.csv", "a.csv", true],
  ["a.csv", "a_csv", false],
  ["a.csv", "a.csv2", false],
  ["*", "", true],
  ["*", "a/b/c", true],
  ["*", ".hidden", true],
  ["*.csv", "out/a.csv", true],
  ["*.csv", "a.csv.gz", false],
  ["out/*", "out/a/b", true],
  ["out/*", "out", false],
  ["a*b*c", "a123b456c", true],
  ["a*b*c", "a123c456b", false],
  ["**", "x", true],
  ["a**", "a", true],
  ["?", "/", true],
  ["?", "", false],
  ["?", "é", true],
  ["?", "😀", true],
  ["??", "a", false],
  ["[abc]", "b", true],
  ["[abc]", "d", false],
  ["[!abc]", "d", true],
  ["[!abc]", "a", false],
  ["[^abc]", "d", true],
  ["[a-c]x", "bx", true],
  ["[c-a]", "b", false],
  ["[a-]", "-", true],
  ["[-a]", "-", true],
  ["[]a]", "]", true],
  ["[!]a]", "]", false],
  ["[!]a]", "b", true],
  ["[]", "[]", true],
  ["[", "[", true],
  ["[a", "[a", true],
  ["[a", "a", false],
  ["a[/]b", "a/b", true],
  ["[[:digit:]]", "7", true],
  ["[[:digit:]]", "a", false],
  ["[![:digit:]]", "a", true],
  ["[[:alpha:]_]", "_", true],
  ["[\\]", "\\", true],
  ["\\*", "\\abc", true],
  ["\\*", "*", false],
  ["[a-c-e]", "d", false],
  ["[a-c-e]", "-", true],
  ["part-[0-9][0-9]", "part-07", true],
];

for (const [pattern, path, matches] of CASES) {
  Deno.test(`"${pattern}" ${matches ? "matches" : "does not match"} "${path}"`, () => {
    assertEquals(compileGlob(pattern)(path), matches);
  });
}

Deno.test("a glob of many stars is matched in little time", () => {
  const matches = compileGlob(`${"*a".repeat(50)}b`);
  assertEquals(matches("a".repeat(20_000)), false);
});
