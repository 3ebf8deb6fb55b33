/** Few enough bytes for every backend to keep them in one piece. */
export const SMALL = 1_000;
/** More than any backend keeps in one piece. */
export const LARGE = 2_500_001;

/** Makes bytes that differ by their place in the value and by its seed. */
export function filled(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i >> 12) + i + seed;
  return bytes;
}

/** Makes a source that fails after some bytes. */
export async function* failing(after: number): AsyncGenerator<Uint8Array> {
  if (after > 0) yield filled(after, 3);
  await Promise.resolve();
  throw new Error("source broke");
}
