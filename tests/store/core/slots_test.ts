import { assertEquals, assertRejects } from "@std/assert";
import { Slots } from "../../../src/store/core/mod.ts";

Deno.test("no more slots are taken than there are, and everyone gets one", async () => {
  const slots = new Slots(3);
  const order: number[] = [];
  let open = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    using _slot = await slots.take();
    order.push(i);
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
  }));
  assertEquals(most, 3);
  assertEquals(order.toSorted((a, b) => a - b), [...Array(20).keys()]);
});

Deno.test("when no slot comes free, one more is given", async () => {
  const slots = new Slots(1, 10);
  using _first = await slots.take();
  using _second = await slots.take();
  const others = await Promise.all([1, 2, 3].map(() => slots.take()));
  for (const other of others) other[Symbol.dispose]();
});

Deno.test("a signal ends the wait for a slot, and the next one gets it", async () => {
  const slots = new Slots(1);
  const first = await slots.take();
  const abort = new AbortController();
  const waiting = slots.take(abort.signal);
  const next = slots.take();
  abort.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => slots.take(abort.signal), Error, "enough");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using _slot = await next;
});
