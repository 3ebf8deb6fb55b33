/**
 * A source of numbers from 0 to 1 that repeats itself with the same seed: the
 * one in `SLUICE_SEED`, else a new one, which is printed.
 */
export function seededRandom(): { random: () => number; seed: number } {
  const given = Deno.env.get("SLUICE_SEED");
  const seed = given ? Number(given) : Math.floor(Math.random() * 2 ** 32);
  console.log(`SLUICE_SEED=${seed}`);
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { random, seed };
}
