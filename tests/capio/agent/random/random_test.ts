/**
 * Whole workflows over three machines by chance, with agents, steps and servers
 * that are killed.
 *
 * `CAPIO_SEED=n` plays a round again, `CAPIO_ROUNDS=n` so many, and
 * `CAPIO_MINUTES=n` as many as there is time for.
 */
import { assertEquals } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../../support/nats_server.ts";
import { playSeeds } from "../../random/seeds.ts";
import { makePlan } from "./plan.ts";
import { playRound } from "./round.ts";

const isAsked = ["SLUICE_LONG", "CAPIO_SEED", "CAPIO_ROUNDS", "CAPIO_MINUTES"]
  .some((name) => Deno.env.has(name));

Deno.test({
  name:
    "whatever happens to three machines, every reader gets what was written or a word why not",
  ignore: !hasNatsServer || !isAsked,
  fn: async () => {
    await using server = await NatsServer.start();
    const rounds = await playSeeds(4, async (seed) => {
      const problems = await playRound(server, makePlan(seed));
      assertEquals(problems, [], `CAPIO_SEED=${seed}`);
    });
    console.log(`${rounds} rounds`);
  },
});
