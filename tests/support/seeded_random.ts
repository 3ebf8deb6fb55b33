/** Random choices that are the same again for the same seed. */
export interface SeededRandom {
  readonly seed: number;
  /** A number from 0 up to but not including 1. */
  random(): number;
  /** An integer from 0 up to but not including `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Waits for up to `most` microtasks, now and then for the event loop. */
  pause(most: number): Promise<void>;
}

/**
 * A generator (Mulberry32) for `seed`: the number in the environment variable
 * `SLUICE_SEED`, else a new one, which is printed so that a test that failed
 * can be run with it again.
 */
export function seededRandom(seed: number = newSeed()): SeededRandom {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    seed,
    random,
    below,
    pick: (choices) => choices[below(choices.length)],
    async pause(most) {
      if (most > 0 && below(4) === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (let turns = below(most + 1); turns > 0; turns--) await undefined;
    },
  };
}

/** The seed in `SLUICE_SEED`, else a new one; it is printed. */
export function newSeed(): number {
  const given = Deno.env.get("SLUICE_SEED");
  const seed = given === undefined
    ? crypto.getRandomValues(new Uint32Array(1))[0]
    : Number(given);
  console.log(`SLUICE_SEED=${seed}`);
  return seed;
}
