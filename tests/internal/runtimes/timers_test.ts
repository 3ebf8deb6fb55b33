import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { isInTime, StallTimer, startTimer } from "../../../src/internal/mod.ts";

Deno.test("a stall timer calls back when it has not been restarted for a while", async () => {
  let stalls = 0;
  using timer = new StallTimer(40, () => stalls++);
  await delay(60);
  assertEquals(stalls, 0, "it does not run before its first restart");
  for (let i = 0; i < 5; i++) {
    timer.restart();
    await delay(15);
  }
  assertEquals(stalls, 0);
  await delay(60);
  assertEquals(stalls, 1);
});

Deno.test("a stall timer that is stopped does not call back", async () => {
  let stalls = 0;
  const timer = new StallTimer(10, () => stalls++);
  timer.restart();
  timer.stop();
  await delay(30);
  timer.restart();
  timer[Symbol.dispose]();
  await delay(30);
  assertEquals(stalls, 0);
});

Deno.test("Infinity starts no timer, and a timer of weeks is not due at once", async () => {
  let isDue = false;
  assertEquals(startTimer(Infinity, () => isDue = true), undefined);
  const timer = startTimer(2 ** 40, () => isDue = true);
  await delay(20);
  clearTimeout(timer);
  assertEquals(isDue, false);
});

Deno.test("what ends in time is told from what ends later or fails", async () => {
  const later = delay(20);
  assertEquals(await isInTime(later, 1), false);
  assertEquals(await isInTime(later, Infinity), true);
  await assertRejects(() => isInTime(Promise.reject(new Error("failed")), 1));
});
