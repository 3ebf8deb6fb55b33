import { assert, assertEquals } from "@std/assert";
import { ReceiveBuffer } from "../../../src/tstorage/transport/receive_buffer.ts";

Deno.test("the buffer grows with what comes, not with what is announced", () => {
  const announced = 2 ** 31 + 4;
  const buffer = new ReceiveBuffer(64);
  let came = 0;
  while (came < 10_000_000) {
    const room = buffer.room(announced);
    assert(room.buffer.byteLength <= Math.max(64, 2 * came));
    buffer.added(room.length);
    came += room.length;
  }
  assertEquals(buffer.length, came);
});

Deno.test("bytes stay in order while some are read and others come", () => {
  const buffer = new ReceiveBuffer(8);
  let next = 0;
  let expected = 0;
  for (let i = 0; i < 1000; i++) {
    const room = buffer.room(16);
    const count = Math.min(room.length, 1 + i % 5);
    for (let k = 0; k < count; k++) room[k] = next++;
    buffer.added(count);
    const read = Math.min(buffer.length, i % 4);
    for (const byte of buffer.bytes.subarray(0, read)) {
      assertEquals(byte, expected++ & 255);
    }
    buffer.skip(read);
  }
  assertEquals(buffer.length, next - expected);
});

Deno.test("what a large record took is given back", () => {
  const buffer = new ReceiveBuffer(64);
  for (let i = 0; i < 10; i++) buffer.added(buffer.room(100_000).length);
  buffer.skip(buffer.length);
  assertEquals(buffer.room(1).buffer.byteLength, 64);
});
