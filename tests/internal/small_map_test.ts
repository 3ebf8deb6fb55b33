import { assertEquals } from "@std/assert";
import { SmallMap } from "../../src/internal/small_map.ts";
import { seededRandom } from "../support/seeded_random.ts";

Deno.test("a small map has what a Map has, in the same order, whatever comes and goes", () => {
  const random = seededRandom();
  for (const keys of [1, 2, 5]) {
    const expected = new Map<string | undefined, number>();
    const found = new SmallMap<string | undefined, number>();
    for (let step = 0; step < 2_000; step++) {
      const key = random.below(8) ? `${random.below(keys)}` : undefined;
      if (random.below(2)) {
        expected.set(key, step);
        found.set(key, step);
      } else assertEquals(found.delete(key), expected.delete(key));
      assertEquals(found.get(key), expected.get(key));
      assertEquals(found.has(key), expected.has(key));
      assertEquals(found.size, expected.size);
      assertEquals([...found], [...expected]);
      assertEquals([...found.keys()], [...expected.keys()]);
      assertEquals([...found.values()], [...expected.values()]);
      if (random.below(100) > 0) continue;
      expected.clear();
      found.clear();
    }
  }
});

Deno.test("what is deleted while somebody goes through a small map is left out", () => {
  const map = new SmallMap([["a", 1], ["b", 2], ["c", 3]]);
  const seen: string[] = [];
  for (const [key] of map) {
    seen.push(key);
    map.delete("b");
  }
  assertEquals(seen, ["a", "c"]);
  assertEquals(map.getOrInsert("d", 4), 4);
  assertEquals(map.getOrInsertComputed("d", () => 5), 4);
});
