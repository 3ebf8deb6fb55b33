import { assertEquals } from "@std/assert";
import { CompactMap } from "../../src/internal/compact_map.ts";
import { seededRandom } from "../support/seeded_random.ts";

Deno.test("a compact map has what a Map has, in the same order, whatever comes and goes", () => {
  const random = seededRandom();
  for (const keys of [1, 10, 500]) {
    const expected = new Map<string | number, number>();
    const found = new CompactMap<string | number, number>();
    for (let step = 0; step < 5_000; step++) {
      const number = 1 + random.below(keys);
      const key = random.pick([number, -number, `${number}`, `é${number}`]);
      if (random.below(2)) {
        expected.set(key, step);
        found.set(key, step);
      } else assertEquals(found.delete(key), expected.delete(key));
      assertEquals(found.get(key), expected.get(key));
      assertEquals(found.has(key), expected.has(key));
      assertEquals(found.size, expected.size);
      if (random.below(500) === 0) {
        expected.clear();
        found.clear();
      }
      if (step % 50 > 0) continue;
      assertEquals([...found], [...expected]);
      assertEquals([...found.keys()], [...expected.keys()]);
      assertEquals([...found.values()], [...expected.values()]);
    }
  }
});

Deno.test("a compact map has thousands of keys that begin alike", () => {
  const map = new CompactMap<string, number>();
  for (let n = 0; n < 50_000; n++) map.set(`some/directory/part-${n}.csv`, n);
  for (let n = 0; n < 50_000; n += 7) {
    assertEquals(map.get(`some/directory/part-${n}.csv`), n);
    assertEquals(map.get(`some/directory/part-${n}`), undefined);
  }
  assertEquals(map.size, 50_000);
});

Deno.test("what is deleted while somebody goes through a compact map is left out", () => {
  const map = new CompactMap<number, number>();
  for (let n = 0; n < 100; n++) map.set(n, n);
  const seen: number[] = [];
  for (const [key] of map) {
    seen.push(key);
    map.delete(key + 1);
  }
  assertEquals(seen, Array.from({ length: 50 }, (_, n) => 2 * n));
});
