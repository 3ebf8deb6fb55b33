import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { MemoryStore } from "../../../src/store/mod.ts";
import { testStore } from "../../../src/store/testing/mod.ts";

testStore("memory", () => new MemoryStore().connect());

Deno.test("bytes of Node's Buffer in a stream are copied, as every other ones are", async () => {
  await using store = await new MemoryStore().connect();
  const buffer = Buffer.from(new Uint8Array(3).fill(1).buffer);
  await store.set("a", { data: ReadableStream.from([buffer]) });
  const value = await store.get("a");
  (await value.bytes()).fill(2);
  assertEquals(await value.bytes(), new Uint8Array(3).fill(1));
});

Deno.test("a stream of a value in memory joins its chunks, for a reader with a buffer too", async () => {
  await using store = await new MemoryStore().connect();
  const chunks = [50_000, 1, 90_000, 7].map((size, i) =>
    new Uint8Array(size).fill(i)
  );
  await store.set("a", { data: ReadableStream.from(chunks) });
  const value = await store.get("a");
  const all = await value.bytes();
  const sizes = [];
  let at = 30;
  for await (const chunk of value.range(30, 140_000)) {
    assertEquals(chunk, all.slice(at, at += chunk.length));
    sizes.push(chunk.length);
  }
  assertEquals(sizes, [65_536, 65_536, 140_000 - 30 - 2 * 65_536]);
  const reader = value.range(49_990).getReader({ mode: "byob" });
  const { value: read } = await reader.read(new Uint8Array(50));
  assertEquals(read, all.slice(49_990, 50_040));
  await reader.cancel();
});
