import { assert, assertEquals } from "@std/assert";
import { ReceiveBuffer } from "../../../src/tstorage/transport/receive_buffer.ts";

Deno.test("the buffer grows with the bytes that come, not with the length announced", () => {
  const announced = 2 ** 31 + 4;
  const buffer = new ReceiveBuffer(64);
  let came = 0;
  while (came < 10_000_000) {
    const space = buffer.space(announced);
    assert(space.buffer.byteLength <= Math.max(64, 2 * came));
    buffer.added(space);
    came += space.length;
  }
  assertEquals(buffer.length, came);
});

Deno.test("bytes stay in order while some are read and others come", () => {
  const buffer = new ReceiveBuffer(8);
  let next = 0;
  let expected = 0;
  for (let i = 0; i < 1000; i++) {
    const space = buffer.space(16);
    const count = Math.min(space.length, 1 + i % 5);
    for (let k = 0; k < count; k++) space[k] = next++;
    buffer.added(space.subarray(0, count));
    const read = Math.min(buffer.length, i % 4);
    for (const byte of buffer.bytes.subarray(0, read)) {
      assertEquals(byte, expected++ & 255);
    }
    buffer.skip(read);
  }
  assertEquals(buffer.length, next - expected);
});

Deno.test("the space of a large record is freed after it", () => {
  const buffer = new ReceiveBuffer(64);
  for (let i = 0; i < 10; i++) buffer.added(buffer.space(100_000));
  buffer.skip(buffer.length);
  assertEquals(buffer.space(1).buffer.byteLength, 64);
});

Deno.test("bytes are kept when a read moves the buffer, and dropped when it loses it", () => {
  const buffer = new ReceiveBuffer(8);
  const space = buffer.space(8);
  space.set([1, 2, 3]);
  buffer.added(space.subarray(0, 3));
  const more = buffer.space(8);
  more[0] = 4;
  const { byteOffset } = more;
  const moved = more.buffer.transfer();
  buffer.added(new Uint8Array(moved, byteOffset, 1));
  assertEquals([...buffer.bytes], [1, 2, 3, 4]);

  buffer.space(8).buffer.transfer();
  buffer.added(new Uint8Array());
  assertEquals(buffer.length, 0);
  assertEquals(buffer.space(1).length, 8);
});
