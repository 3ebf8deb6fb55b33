import { assertEquals } from "@std/assert";
import type { Import } from "../../tools/check/import_graph.ts";
import {
  importViolations,
  type MayImport,
} from "../../tools/check/import_rules.ts";

const RULES: MayImport = { app: ["base"], base: [] };

/** Follows the rules: `base/mod.ts <- app/mod.ts -> app/inner/mod.ts`. */
const CLEAN = [
  "src/app/mod.ts -> src/base/mod.ts",
  "src/app/mod.ts -> src/app/inner/mod.ts",
  "src/app/inner/mod.ts -> src/app/inner/part.ts",
  "src/base/mod.ts -> src/base/part.ts",
];

function violations(
  added: string[],
  { removed = [], rules = RULES }: { removed?: string[]; rules?: MayImport } =
    {},
): string[] {
  const edges = [...CLEAN.filter((it) => !removed.includes(it)), ...added];
  const imports = edges.map((edge): Import => {
    const [from, to] = edge.split(/ [-~]> /);
    return { from, to, isDynamic: edge.includes("~>") };
  });
  const files = new Set(imports.flatMap(({ from, to }) => [from, to]));
  return importViolations({ files: [...files], imports }, rules);
}

Deno.test("imports that follow the rules are accepted", () => {
  assertEquals(violations(["mod.ts -> src/app/mod.ts"]), []);
});

Deno.test("a module must not import one that the table does not list", () => {
  assertEquals(violations(["src/base/other.ts -> src/app/mod.ts"]), [
    'src/base/other.ts: module "base" may not import "src/app/mod.ts"',
    "circle of folders: src/app -> src/base -> src/app (src/app/mod.ts imports src/base/mod.ts, src/base/other.ts imports src/app/mod.ts)",
  ]);
});

Deno.test("a module that the table does not know may import none", () => {
  assertEquals(violations(["src/new/mod.ts -> src/base/mod.ts"]), [
    'src/new/mod.ts: module "new" may not import "src/base/mod.ts"',
  ]);
});

Deno.test("an entry of the table that no import uses is refused", () => {
  assertEquals(
    violations([], { removed: ["src/app/mod.ts -> src/base/mod.ts"] }),
    [
      'tools/check/modules.ts: module "app" may import "base" and does not, remove it there',
    ],
  );
});

Deno.test("another module is entered through its mod.ts", () => {
  assertEquals(violations(["src/app/mod.ts -> src/base/part.ts"]), [
    'src/app/mod.ts: imports "src/base/part.ts" past "src/base/mod.ts"',
  ]);
});

Deno.test("the root module enters modules through their mod.ts, too", () => {
  assertEquals(violations(["mod.ts -> src/app/inner/mod.ts"]), [
    'mod.ts: imports "src/app/inner/mod.ts" past "src/app/mod.ts"',
  ]);
});

Deno.test("a folder of a module is entered through its mod.ts, if it has one", () => {
  assertEquals(
    violations([
      "src/app/other/a.ts -> src/app/inner/part.ts",
      "src/app/mod.ts -> src/app/doorless/a.ts",
    ]),
    ['src/app/other/a.ts: imports "src/app/inner/part.ts" past "src/app/inner/mod.ts"'],
  );
});

Deno.test("files must not form a circle; the shortest is shown, once", () => {
  assertEquals(
    violations([
      "src/base/part.ts -> src/base/a.ts",
      "src/base/a.ts -> src/base/b.ts",
      "src/base/b.ts -> src/base/a.ts",
      "src/base/b.ts -> src/base/part.ts",
    ]),
    ["circle of files: src/base/a.ts -> src/base/b.ts -> src/base/a.ts"],
  );
});

Deno.test("a folder and its parent must not form a circle", () => {
  assertEquals(violations(["src/app/inner/part.ts -> src/app/shared.ts"]), [
    "circle of folders: src/app -> src/app/inner -> src/app (src/app/mod.ts imports src/app/inner/mod.ts, src/app/inner/part.ts imports src/app/shared.ts)",
  ]);
});

Deno.test("packages of npm are imported where a call needs them only", () => {
  assertEquals(
    violations(["src/app/mod.ts -> npm:a@1", "src/app/mod.ts ~> npm:b@1"]),
    [
      'src/app/mod.ts: imports "npm:a@1" at its start, which a project with a package.json of its own does not have',
    ],
  );
});
