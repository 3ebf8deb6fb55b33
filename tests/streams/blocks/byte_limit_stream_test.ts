import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ByteLimitStream } from "../../../src/streams/mod.ts";
import { collect } from "../_data.ts";

/** Chunks of the given lengths, and whether they were cancelled. */
function chunks(...lengths: number[]) {
  let cancelled = false;
  const readable = new ReadableStream<Uint8Array>({
    pull(controller) {
      const length = lengths.shift();
      if (length === undefined) controller.close();
      else controller.enqueue(new Uint8Array(length));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  return { readable, isCancelled: () => cancelled };
}

Deno.test("as many bytes as the limit allows pass", async () => {
  for (const excess of ["error", "end"] as const) {
    const { readable } = chunks(3, 0, 2);
    const limited = readable.pipeThrough(new ByteLimitStream(5, { excess }));
    assertEquals((await collect(limited)).length, 5);
  }
});

Deno.test("one byte too many fails the stream and cancels the source", async () => {
  const { readable, isCancelled } = chunks(3, 3, 3);
  const limited = readable.pipeThrough(new ByteLimitStream(5));
  await assertRejects(
    () => collect(limited),
    RangeError,
    "Cannot read on: expected at most 5 bytes, found more",
  );
  assertEquals(isCancelled(), true);
});

Deno.test("with excess: end, the stream ends within a chunk and cancels the source", async () => {
  const { readable, isCancelled } = chunks(3, 3, 3);
  const limited = readable.pipeThrough(
    new ByteLimitStream(5, { excess: "end" }),
  );
  assertEquals((await collect(limited)).length, 5);
  assertEquals(isCancelled(), true);
});

Deno.test("a limit of 0 lets nothing pass", async () => {
  const ended = chunks(1).readable.pipeThrough(
    new ByteLimitStream(0, { excess: "end" }),
  );
  assertEquals((await collect(ended)).length, 0);
  await assertRejects(
    () => collect(chunks(1).readable.pipeThrough(new ByteLimitStream(0))),
    RangeError,
  );
});

Deno.test("a refused limit says what was expected", () => {
  assertThrows(
    () => new ByteLimitStream(-1),
    RangeError,
    '"maxBytes" must be a non-negative integer or Infinity, found -1',
  );
  assertThrows(
    () => new ByteLimitStream(1, { excess: "cut" as "end" }),
    TypeError,
    '"excess" must be "error" or "end", found "cut"',
  );
});
