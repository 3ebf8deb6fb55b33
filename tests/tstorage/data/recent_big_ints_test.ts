import { assertEquals } from "@std/assert";
import { RecentBigInts } from "../../../src/tstorage/data/recent_big_ints.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("an integer is read as it stands, whatever was read before it", () => {
  const { below, pick } = seededRandom();
  const view = new DataView(new ArrayBuffer(16));
  const recent = new RecentBigInts();
  // Few words, so that many integers share one of theirs and their place.
  const words = [0, 1, -1, 1023, 1024, 1025, 2 ** 21, 2 ** 31 - 1, -(2 ** 31)];
  for (let i = 0; i < 20_000; i++) {
    const at = below(9);
    view.setInt32(at, pick([pick(words), below(2 ** 32)]), true);
    view.setInt32(at + 4, pick(words), true);
    assertEquals(recent.read(view, at), view.getBigInt64(at, true));
  }
});
