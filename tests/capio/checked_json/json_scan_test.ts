import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import {
  formatJsonPath,
  linesOf,
  scanJson,
} from "../../../src/capio/checked_json/json_scan.ts";
import { mutated, propertyOptions } from "../cl/_arbitraries.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("every value is visited where it begins, a member at its name", () => {
  const visited: [string, string][] = [];
  const text = ' { "a" : [ 1, {"b c": null} , []], "d":{} , "a": "x" }';
  const fault = scanJson(text, (path, offset) => {
    visited.push([formatJsonPath(path), text.slice(offset, offset + 3)]);
  });
  assertEquals(fault, undefined);
  assertEquals(visited, [
    ["$", '{ "'],
    ["$.a", '"a"'],
    ["$.a[0]", "1, "],
    ["$.a[1]", '{"b'],
    ['$.a[1]["b c"]', '"b '],
    ["$.a[2]", "[]]"],
    ["$.d", '"d"'],
    ["$.a", '"a"'],
  ]);
});

Deno.test("a text has a fault exactly when JSON.parse refuses it", () => {
  fc.assert(
    fc.property(mutated(fc.json()), (text) => {
      assertEquals(scanJson(text) === undefined, isJson(text), text);
    }),
    propertyOptions(3000),
  );
});

Deno.test("the text before a fault is the beginning of some JSON", () => {
  fc.assert(
    fc.property(mutated(fc.json()), (text) => {
      const fault = scanJson(text);
      if (fault === undefined || fault === 0) return;
      assertEquals(scanJson(text.slice(0, fault)) ?? fault, fault, text);
    }),
    propertyOptions(2000),
  );
});

Deno.test("a very deeply nested text is scanned", () => {
  assertEquals(scanJson("[".repeat(200_000)), 200_000);
});

Deno.test("lines and columns count from 1", () => {
  const placeOf = linesOf("ab\ncd\n\n");
  assertEquals(placeOf(0), { line: 1, column: 1 });
  assertEquals(placeOf(2), { line: 1, column: 3 });
  assertEquals(placeOf(4), { line: 2, column: 2 });
  assertEquals(placeOf(7), { line: 4, column: 1 });
});
