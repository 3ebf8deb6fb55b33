/**
 * Whole workflows by chance: many processes, files, rules, handles that
 * overlap, locks, renames, exit handlers, kills and late joiners.
 *
 * `CAPIO_SEED=n` plays the round again that failed, `CAPIO_ROUNDS=n` so many,
 * `CAPIO_MINUTES=n` as many as there is time for, and `CAPIO_ONLY=log,single3`
 * leaves out all pieces with other names.
 */
import { assertEquals } from "@std/assert";
import { makePlan, onlySome } from "./plan.ts";
import { playRound } from "./round.ts";
import { playSeeds } from "./seeds.ts";

Deno.test("whatever happens, all is as if the steps had run one after the other", async () => {
  const only = Deno.env.get("CAPIO_ONLY")?.split(",");
  let steps = 0;
  const rounds = await playSeeds(14, async (seed) => {
    const whole = makePlan(seed);
    const plan = only ? onlySome(whole, only) : whole;
    assertEquals(await playRound(plan), [], `CAPIO_SEED=${seed}`);
    steps += plan.steps.length;
  });
  console.log(`${rounds} rounds, ${steps} steps`);
});
