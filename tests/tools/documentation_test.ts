import { assertEquals } from "@std/assert";
import {
  classesWithoutExample,
  type Documentation,
  hiddenDefaults,
} from "../../tools/check/documentation.ts";

/** The documentation of a module of classes with the given tags. */
function documentation(
  classes: Record<string, { kind: string; value?: string }[]>,
): Documentation {
  const symbols = Object.entries(classes).map(([name, tags]) => ({
    name,
    declarations: [{
      kind: "class",
      declarationKind: "export",
      jsDoc: { tags },
    }],
  }));
  return { nodes: { "file:///mod.ts": { symbols } } };
}

Deno.test("a class without an example is found", () => {
  const found = classesWithoutExample(documentation({
    B: [],
    A: [{ kind: "param" }],
    C: [{ kind: "example" }],
  }));
  assertEquals(found, [
    "class A has no @example: show its use",
    "class B has no @example: show its use",
  ]);
});

Deno.test("a default that the documentation does not show whole is found", () => {
  const found = hiddenDefaults(documentation({
    A: [{ kind: "default", value: "{" }],
    B: [{ kind: "default", value: "1_000" }],
    C: [{ kind: "unsupported", value: "@default 5" }],
  }));
  assertEquals(found.map((it) => it.split(":")[0]), [
    'A has the default "{"',
    'C has the default "@default 5"',
  ]);
});
