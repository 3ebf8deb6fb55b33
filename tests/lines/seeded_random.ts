/** Random numbers that a failing test can be run with again. */
export function seededRandom(
  seed: number = Number(Deno.env.get("SLUICE_SEED")) ||
    Math.floor(Math.random() * 2 ** 32),
): { random: () => number; seed: number } {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { random, seed };
}
