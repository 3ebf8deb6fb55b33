import { assertEquals } from "@std/assert";
import { recycledChunks } from "../../../src/internal/mod.ts";

Deno.test("a byte stream comes in chunks of one size, all in one buffer", async () => {
  const data = Uint8Array.from({ length: 250 }, (_, i) => i);
  const lengths: number[] = [];
  const all: number[] = [];
  for await (const chunk of recycledChunks(new Blob([data]).stream(), 100)) {
    lengths.push(chunk.length);
    assertEquals(chunk.buffer.byteLength, 100);
    all.push(...chunk);
  }
  assertEquals(lengths, [100, 100, 50]);
  assertEquals(all, [...data]);
});

Deno.test("leaving early cancels the stream", async () => {
  let cancelled = false;
  const stream = new ReadableStream({
    type: "bytes",
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => void (cancelled = true),
  });
  for await (const _ of recycledChunks(stream, 10)) break;
  assertEquals(cancelled, true);
});
