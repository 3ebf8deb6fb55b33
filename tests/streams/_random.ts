/** Reproducible choices: the same seed, the same ones. */
export interface Random {
  /** An integer from 0 up to but not including `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Waits for a few microtasks, or with some luck for the event loop. */
  pause(patience: number): Promise<void>;
}

/** Choices that follow from `seed` (the generator is Mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6D2B79F5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * limit);
  };
  return {
    below,
    pick: (choices) => choices[below(choices.length)],
    async pause(patience) {
      if (patience > 0 && below(4) === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (let i = below(patience + 1); i > 0; i--) await undefined;
    },
  };
}
