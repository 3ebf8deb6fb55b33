import { assertEquals, assertRejects } from "@std/assert";
import {
  GroupedMessage,
  LineBuffer,
  LinesError,
} from "../../../src/lines/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("batches are what read returns, however large and whatever comes meanwhile", async () => {
  const { random, seed } = seededRandom();
  for (let round = 0; round < 30; round++) {
    const buffer = new LineBuffer({
      maxlen: 1 + Math.floor(random() * 1_500),
      backlog: 1_000,
    });
    const fill = (count: number) => {
      for (let i = 0; i < count; i++) {
        if (random() < 0.05) buffer.append(new GroupedMessage(["a", `${i}`]));
        buffer.write(`${i} ${"x".repeat(random() * 300)}\n`);
        if (random() < 0.01) buffer.write("half", `writer ${i}`);
      }
    };
    fill(Math.floor(random() * 2_000));
    for (const size of [undefined, 0, -1, 1, 7, 700]) {
      const expected = buffer.read(size);
      const batches = buffer.batches(size).getReader();
      const items = [];
      for (;;) {
        const { done, value } = await batches.read();
        if (done) break;
        items.push(...value);
        if (random() < 0.2) buffer.clear();
        fill(Math.floor(random() * 500));
      }
      assertEquals(items, expected, `seed ${seed}`);
    }
  }
});

Deno.test("readers that are too slow are dropped, the slowest first", async () => {
  const buffer = new LineBuffer({ maxlen: 1_000, maxChars: 100_000 });
  const fill = (name: string) => {
    for (let i = 0; i < 90; i++) buffer.write(`${name}${"x".repeat(1_000)}\n`);
  };
  fill("a");
  const slow = buffer.batches().getReader();
  assertEquals((await slow.read()).done, false);
  fill("b");
  const error = await assertRejects(
    async () => {
      for (;;) if ((await slow.read()).done) return;
    },
    LinesError,
    "too slowly",
  );
  assertEquals(error.code, "LAGGED");
  const quick = await Array.fromAsync(buffer.batches());
  assertEquals(quick.flat().length > 80, true);
});
