/**
 * Unmodified libraries of npm, a producer and a consumer in each folder: run at
 * the same time, they give what they give one after the other. The programs
 * know nothing of sluice.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findPairs, type Pair } from "./pair.ts";
import { runAtOnce, runOneAfterTheOther } from "./run_pair.ts";

const isLong = Deno.env.has("SLUICE_LONG");

for (const pair of await findPairs()) {
  const [made, read] = pair.libraries.map((names) => names.join(", "));
  Deno.test({
    name: `${pair.name}: ${made} → ${read}`,
    ignore: pair.onlyLong !== undefined && !isLong,
    fn: (t) => testPair(t, pair),
  });
}

async function testPair(t: Deno.TestContext, pair: Pair): Promise<void> {
  const expecting = runOneAfterTheOther(pair);
  const running = {
    no_update: runAtOnce(pair, "no_update"),
    update: runAtOnce(pair, "update"),
  };
  await Promise.allSettled([expecting, running.no_update, running.update]);
  const expected = await expecting;

  await t.step("one after the other on plain files", () => {
    assertEquals(expected.producer.code, 0, expected.producer.stderr);
    assertEquals(expected.consumer.code, 0, expected.consumer.stderr);
    assert(expected.consumer.stdout !== "", "The consumer prints what it read");
  });
  const { live } = pair;
  if (live === undefined) {
    await t.step("at once, while the files are written", async () => {
      assertEquals(await running.no_update, expected);
    });
  } else {
    const name = `at once it is told, as it cannot work: ${live.reason}`;
    await t.step(name, async () => {
      const { producer, consumer, told } = await running.no_update;
      const all = [producer.stderr, consumer.stderr, ...told].join("\n");
      assertStringIncludes(all, live.sees);
    });
  }
  await t.step("at once, each file read when it is finished", async () => {
    assertEquals(await running.update, expected);
  });
}
