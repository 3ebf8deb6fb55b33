/**
 * Plays rounds for some seconds, each with a seed of its own that is printed,
 * and returns how many.
 *
 * `CAPIO_SEED=n` plays one round with that seed, `CAPIO_ROUNDS=n` so many
 * rounds, all with the seed if there is one, `CAPIO_MINUTES=n` as many as
 * there is time for.
 */
export async function playSeeds(
  seconds: number,
  play: (seed: number) => Promise<void>,
): Promise<number> {
  const given = Deno.env.get("CAPIO_SEED");
  const minutes = Deno.env.get("CAPIO_MINUTES") ?? seconds / 60;
  const most = Deno.env.get("CAPIO_ROUNDS") ?? (given ? 1 : Infinity);
  const isLimited = most !== Infinity && !Deno.env.has("CAPIO_MINUTES");
  const end = performance.now() +
    (isLimited ? Infinity : Number(minutes) * 60_000);
  let seed = Number(given ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`CAPIO_SEED=${seed}`);
  let rounds = 0;
  for (; rounds < Number(most) && performance.now() < end; rounds++) {
    await play(seed);
    if (!given) seed++;
  }
  return rounds;
}
