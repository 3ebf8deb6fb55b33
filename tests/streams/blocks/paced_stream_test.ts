import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import { pacedStream } from "../../../src/streams/mod.ts";
import { collect, pattern } from "../_data.ts";

Deno.test("bytes come in pieces of at most pieceBytes, and all of them", async () => {
  const data = pattern(1_000);
  const stream = pacedStream(data, { pieceBytes: 300, stallTimeout: 60_000 });
  const pieces = await Array.fromAsync(stream);
  assertEquals(pieces.map(({ length }) => length), [300, 300, 300, 100]);
  assertEquals(await collect(pieces), data);
});

Deno.test("a reader with a buffer of its own gets the same bytes", async () => {
  const data = pattern(1_000);
  const stream = pacedStream(data, { pieceBytes: 300, stallTimeout: 60_000 });
  const reader = stream.getReader({ mode: "byob" });
  const parts: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(128));
    if (done) break;
    parts.push(value);
  }
  assertEquals(await collect(parts), data);
});

Deno.test("nothing is read from the source before the reader asks", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(pattern(10));
    },
  }, { highWaterMark: 0 });
  const stream = pacedStream(source, { stallTimeout: 60_000 });
  await delay(5);
  assertEquals(pulls, 0);
  const reader = stream.getReader();
  assertEquals((await reader.read()).value, pattern(10));
  await delay(5);
  assertEquals(pulls, 1);
  await reader.cancel();
});

Deno.test("a reader that takes nothing for the timeout is dropped", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(pattern(10)),
    cancel: cancelled.resolve,
  });
  const reader = pacedStream(source, { stallTimeout: 20 }).getReader();
  await reader.read();
  assertEquals((await cancelled.promise) instanceof Deno.errors.TimedOut, true);
  await assertRejects(
    () => reader.read(),
    Deno.errors.TimedOut,
    "Cannot send to the reader: it took nothing for 20 ms",
  );
});

Deno.test("waiting for the source does not drop the reader", async () => {
  const source = (async function* () {
    yield pattern(1);
    await delay(60);
    yield pattern(1);
  })();
  const stream = pacedStream(source, { stallTimeout: 20 });
  assertEquals((await collect(stream)).length, 2);
});

Deno.test("a cancelled stream cancels its source and stops its timer", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(pattern(10)),
    cancel: (why) => void (reason = why),
  });
  const reader = pacedStream(source, { stallTimeout: 60_000 }).getReader();
  await reader.read();
  await reader.cancel("enough");
  assertEquals(reason, "enough");
});

Deno.test("a source that fails fails the stream", async () => {
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("gone")),
  });
  const stream = pacedStream(source, { stallTimeout: 60_000 });
  await assertRejects(() => collect(stream), Error, "gone");
});

Deno.test("refused options say what was expected", () => {
  assertThrows(
    () => pacedStream(pattern(1), { stallTimeout: 0 }),
    RangeError,
    '"stallTimeout" must be a positive integer or Infinity, found 0',
  );
});
