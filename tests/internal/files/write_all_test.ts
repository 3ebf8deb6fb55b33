import { assertEquals, assertRejects } from "@std/assert";
import { writeAll, writeAllSync } from "../../../src/internal/mod.ts";

/** Takes three bytes at a time. */
function slowWriter() {
  const written: number[] = [];
  const writeSync = (bytes: Uint8Array) => {
    written.push(...bytes.subarray(0, 3));
    return Math.min(3, bytes.length);
  };
  const write = (bytes: Uint8Array) => Promise.resolve(writeSync(bytes));
  return { written, write, writeSync };
}

Deno.test("all bytes are written, however few a write takes", async () => {
  const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7]);
  const writer = slowWriter();
  assertEquals(await writeAll(writer, bytes), 7);
  assertEquals(writeAllSync(writer, bytes), 7);
  assertEquals(writer.written, [...bytes, ...bytes]);
  assertEquals(await writeAll(writer, new Uint8Array()), 0);
});

Deno.test("an error of the writer ends the writing", async () => {
  const write = () => Promise.reject(new Deno.errors.BrokenPipe());
  await assertRejects(
    () => writeAll({ write }, new Uint8Array(1)),
    Deno.errors.BrokenPipe,
  );
});
