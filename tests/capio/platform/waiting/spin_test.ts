import { assert, assertEquals } from "@std/assert";
import { Spin } from "../../../../src/capio/platform/waiting/spin.ts";

/** Counts how many of so many waits look again and again, all in vain. */
function tries(spin: Spin, waits: number): number {
  let count = 0;
  for (let n = 0; n < waits; n++) {
    if (spin.begin() === 0) continue;
    count++;
    spin.failed();
  }
  return count;
}

Deno.test("a wait looks again and again at first", () => {
  assert(new Spin().begin() > 0);
});

Deno.test("waits that look in vain soon do so no more, but for a try at times", () => {
  const spin = new Spin();
  assert(tries(spin, 100) < 10);
  assert(tries(spin, 6500) >= 90);
  assert(tries(spin, 6500) <= 110);
});

Deno.test("after a wait that looked with success the next ones look, too", () => {
  const spin = new Spin();
  tries(spin, 1000);
  while (spin.begin() === 0);
  spin.paidOff();
  assert(spin.begin() > 0);
  assertEquals(tries(spin, 3), 2);
});
