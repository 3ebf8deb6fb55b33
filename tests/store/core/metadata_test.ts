import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  copyMetadata,
  matchesMetadata,
  type Metadata,
  selectMetadata,
} from "../../../src/store/core/metadata.ts";

const odd: Metadata = JSON.parse('{"__proto__":{"a":1},"constructor":null}');

Deno.test("a copy of metadata is equal and frozen", () => {
  const original = { a: [1, { b: "x" }], c: { d: null, e: [] } };
  const copy = copyMetadata(original);
  assertEquals(copy, original);
  const inner = (copy.a as unknown[])[1] as Record<string, unknown>;
  for (const change of [() => inner.b = 2, () => delete inner.b]) {
    assertThrows(change, TypeError);
  }
  assert(Object.isFrozen(copy) && Object.isFrozen(copy.c));
});

Deno.test("__proto__ is a name like any other", () => {
  const copy = copyMetadata(odd);
  assertEquals(JSON.stringify(copy), JSON.stringify(odd));
  assertEquals(({} as Record<string, unknown>).a, undefined);
  const selected = selectMetadata(copy, ["__proto__", "toString"]);
  assertEquals(JSON.stringify(selected), '{"__proto__":{"a":1}}');
  assert(matchesMetadata(copy, JSON.parse('{"__proto__":{"a":1}}')));
  assert(!matchesMetadata({}, JSON.parse('{"__proto__":null}')));
});

Deno.test("an object may be in metadata twice, but not in itself", () => {
  const twice = { n: 1 };
  assertEquals(copyMetadata({ a: twice, b: twice }), { a: twice, b: twice });
  const cycle: Record<string, unknown> = {};
  cycle.a = { b: [cycle] };
  assertThrows(
    () => copyMetadata(cycle),
    TypeError,
    '"metadata.a.b[0]" must be JSON without a cycle, found',
  );
});

Deno.test("an error names the place of a value that is not JSON", () => {
  const cases: [metadata: unknown, message: string][] = [
    [
      { a: { b: [1, undefined] } },
      '"metadata.a.b[1]" must be JSON-serialisable',
    ],
    [{ a: NaN }, '"metadata.a" must be JSON-serialisable, found NaN'],
    [{ a: 1n }, "found 1n"],
    [{ a: new Map() }, "found Map(0) {}"],
    [{ a: Symbol("b") }, "found Symbol(b)"],
    ["text", '"metadata" must be a plain object, found "text"'],
    [[], '"metadata" must be a plain object, found []'],
  ];
  for (const [metadata, message] of cases) {
    assertThrows(() => copyMetadata(metadata), TypeError, message);
  }
});
