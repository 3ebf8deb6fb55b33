/**
 * Calls of several processes by turns, through handles that overlap, compared
 * with plain files. `CAPIO_SEED=n` plays the round again that failed,
 * `CAPIO_ROUNDS=n` so many, `CAPIO_MINUTES=n` as many as there is time for.
 */
import { assertEquals } from "@std/assert";
import { seededRandom } from "../../support/seeded_random.ts";
import { drawTurns } from "./turns.ts";
import { playTurns } from "./turns_round.ts";
import { playSeeds } from "./seeds.ts";

Deno.test("calls of several processes by turns give what they give on plain files", async () => {
  const rounds = await playSeeds(6, async (seed) => {
    const problems = await playTurns(drawTurns(seededRandom(seed)));
    assertEquals(problems, [], `CAPIO_SEED=${seed}`);
  });
  console.log(`${rounds} rounds`);
});
