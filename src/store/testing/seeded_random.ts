/** Makes random integers below a bound, the same ones for the same seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** Returns a new seed and prints it, to repeat a test that failed. */
export function newSeed(): number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  console.log(`seed ${seed}`);
  return seed;
}
