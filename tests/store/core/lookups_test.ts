import { assert, assertEquals, assertRejects } from "@std/assert";
import { lookUpAhead } from "../../../src/store/core/lookups.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("lookups ahead come in the order of the keys, so many at the same time", async () => {
  const { below, seed } = seededRandom();
  for (const isStream of [false, true]) {
    const keys = Array.from({ length: 200 }, (_, i) => `${i}`);
    let underWay = 0;
    let most = 0;
    let begun = 0;
    const look = async (key: string) => {
      begun++;
      most = Math.max(most, ++underWay);
      for (let turns = below(20); turns > 0; turns--) await undefined;
      if (below(5) === 0) await new Promise((resolve) => setTimeout(resolve));
      underWay--;
      return key;
    };
    const found: string[] = [];
    const source = isStream ? ReadableStream.from(keys) : keys;
    for await (const key of lookUpAhead(source, look, 8)) {
      found.push(key);
      // Those that nobody has taken count, too.
      assert(begun <= found.length + 8, `seed ${seed}`);
    }
    assertEquals(found, keys, `seed ${seed}`);
    assert(most > 2 && most <= 8, `seed ${seed}: ${most}`);
  }
});

Deno.test("what is found is given out before the next key comes", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const keys = async function* () {
    yield "a";
    await promise;
    yield "b";
  };
  const found = lookUpAhead(keys(), (key) => Promise.resolve(key), 8);
  assertEquals((await found.next()).value, "a");
  resolve();
  assertEquals(await Array.fromAsync(found), ["b"]);
});

Deno.test("a lookup that fails does so in its turn, and ends the others", async () => {
  const signals: AbortSignal[] = [];
  const look = (key: string, { signal }: { signal?: AbortSignal }) => {
    if (signal) signals.push(signal);
    return key === "bad"
      ? Promise.reject(new Error("bad"))
      : new Promise<string>((resolve) => setTimeout(() => resolve(key), 5));
  };
  const found = lookUpAhead(["a", "b", "bad", "c"], look, 8);
  assertEquals((await found.next()).value, "a");
  assertEquals((await found.next()).value, "b");
  await assertRejects(() => found.next(), Error, "bad");
  assertEquals(signals.map(({ aborted }) => aborted), Array(4).fill(true));
  await new Promise((resolve) => setTimeout(resolve, 20));
});

Deno.test("an error of the keys comes after what was found before it", async () => {
  const keys = function* () {
    yield "a";
    throw new Error("no more");
  };
  const found = lookUpAhead(keys(), (key) => Promise.resolve(key), 8);
  assertEquals((await found.next()).value, "a");
  await assertRejects(() => found.next(), Error, "no more");
});
