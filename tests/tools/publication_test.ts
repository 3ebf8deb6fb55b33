import { assertEquals } from "@std/assert";
import { listProblems, publishedFiles } from "../../tools/check/publication.ts";

Deno.test("the files of a dry run are read without adapters and configuration", () => {
  const output = `Check mod.ts
Simulating publish of @sluice/sluice@0.2.0 with files:
   file:///home/me/a%20b/deno.offline.json (2.37KB)
   file:///home/me/a%20b/mod.ts (1.34KB)
   file:///home/me/a%20b/src/d%20e.ts (744B)
   file:///home/me/a%20b/tools/std/path/mod.ts (931B)
Success Dry run complete`;
  assertEquals(publishedFiles(output, "file:///home/me/a%20b/"), [
    "mod.ts",
    "src/d e.ts",
  ]);
});

const EXPECTED = [
  "LICENSE",
  "README.md",
  "docs/capio.md",
  "mod.ts",
  "src/a.ts",
];

Deno.test("exactly the tracked files are published", () => {
  assertEquals(listProblems(EXPECTED, EXPECTED), []);
  assertEquals(listProblems([...EXPECTED, "src/b.ts"], EXPECTED), [
    "src/b.ts would be published, and git does not track it: add or remove it",
  ]);
  assertEquals(listProblems(EXPECTED, [...EXPECTED, "src/b.ts"]), [
    'src/b.ts would not be published: mend "publish" in deno.json',
  ]);
});

for (const path of ["src/a_test.ts", "src/out.csv", "docs/try.ts", "a.csv"]) {
  Deno.test(`"${path}" is not published, tracked or not`, () => {
    const files = [...EXPECTED, path];
    assertEquals(listProblems(files, files), [
      `${path} would be published, and is neither code nor documentation: move it out of the folders that "publish" in deno.json includes`,
    ]);
  });
}
