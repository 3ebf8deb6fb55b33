/** Few enough bytes for every backend to keep them in one piece. */
export const SMALL = 1_000;
/** More than any backend keeps in one piece. */
export const LARGE = 2_500_001;

/** Bytes that tell where in the value they stood, and in which one. */
export function filled(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i >> 12) + i + seed;
  return bytes;
}

/** A source that fails after some bytes. */
export async function* failing(after: number): AsyncGenerator<Uint8Array> {
  if (after > 0) yield filled(after, 3);
  await Promise.resolve();
  throw new Error("source broke");
}
