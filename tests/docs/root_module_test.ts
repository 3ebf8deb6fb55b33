import { assert, assertEquals } from "@std/assert";
import * as root from "@sluice/sluice";
import { publicEntries } from "../../tools/entries.ts";

/** Types that TypeScript knows everywhere, and `globalThis` does not. */
const GLOBAL_TYPES = [
  "Awaited",
  "Exclude",
  "Extract",
  "Omit",
  "Parameters",
  "Partial",
  "Pick",
  "Readonly",
  "Record",
  "Required",
  "ReturnType",
];

Deno.test("the root offers the two dozen names that most programs need", () => {
  const names = Object.keys(root);
  assert(names.length >= 20 && names.length <= 28, `${names.length} names`);
});

Deno.test("no name of the root shadows a global one", () => {
  const shadowing = Object.keys(root).filter((name) =>
    name in globalThis || GLOBAL_TYPES.includes(name)
  );
  assertEquals(shadowing, []);
});

Deno.test("what the root offers is the same in the entry of its module", async () => {
  const entries = publicEntries().filter((entry) => entry.endsWith("/mod.ts"));
  const modules: { [name: string]: unknown }[] = await Promise.all(
    entries.filter((entry) => entry.startsWith("./src/")).map((entry) =>
      import(new URL(`../../${entry}`, import.meta.url).href)
    ),
  );
  for (const [name, value] of Object.entries(root)) {
    assert(modules.some((module) => module[name] === value), name);
  }
});
