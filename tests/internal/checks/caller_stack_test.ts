import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bufferIterator } from "@sluice/sluice/streams";
import { outOfRange, refused } from "../../../src/internal/mod.ts";
import { assertBeginsIn, failureOf } from "../../support/first_frame.ts";

const FILE = import.meta.url;

Deno.test("the trace of a refused argument begins in the caller's code", async () => {
  const deep = (depth: number): unknown => {
    if (depth > 0) return deep(depth - 1);
    return bufferIterator(new Uint8Array(), { bufferSize: 0 });
  };
  for (const depth of [0, 5, 200]) {
    await assertBeginsIn(FILE, `${depth}`, () => deep(depth));
  }
  const { stack } = await failureOf(() => deep(200));
  assert(stack.startsWith(`RangeError: "bufferSize" must be a positive`));
  assertEquals(stack.split("\n    at ").length, 11);
});

Deno.test("making an error leaves the limit of traces as it is", () => {
  const { stackTraceLimit } = Error;
  try {
    for (const limit of [0, 1, 50]) {
      Error.stackTraceLimit = limit;
      const { stack = "" } = refused("a", "b\n    at c", 1);
      assertEquals(Error.stackTraceLimit, limit);
      assertStringIncludes(stack, `"a" must be b\n    at c, found 1`);
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

Deno.test("a program may make traces of its own kind", () => {
  const own = Error as { prepareStackTrace?: unknown };
  try {
    own.prepareStackTrace = (error: Error) => ({ of: error.message });
    const { stack } = outOfRange("a", "b", 1);
    assertEquals(stack as unknown, { of: '"a" must be b, found 1' });
  } finally {
    delete own.prepareStackTrace;
  }
});
