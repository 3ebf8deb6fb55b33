import { assertEquals } from "@std/assert";
import { ByteQueue } from "../../../src/streams/tee/byte_queue.ts";
import { pattern } from "../_data.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("appended bytes can be copied from any position until they are dropped", () => {
  const random = seededRandom();
  const data = pattern(3_000_000);
  const queue = new ByteQueue();
  let start = 0;
  let end = 0;
  while (end < data.length) {
    const size = 1 + random.below(random.pick([10, 10_000, 600_000]));
    queue.append(end, data.subarray(end, end + size));
    end = Math.min(data.length, end + size);
    const position = start + random.below(end - start);
    const into = new Uint8Array(1 + random.below(end - position));
    queue.copy(position, into);
    assertEquals(into, data.slice(position, position + into.length));
    start = random.pick([start, position, end]);
    queue.drop(start);
  }
});

Deno.test("an empty queue can begin again at a later position", () => {
  const queue = new ByteQueue();
  queue.append(0, pattern(10));
  queue.drop(10);
  queue.append(1_000, pattern(10));
  const into = new Uint8Array(4);
  queue.copy(1_003, into);
  assertEquals(into, pattern(10).slice(3, 7));
});
