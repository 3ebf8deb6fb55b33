/** Longer texts are cut into pieces of so many bytes. */
const PIECE = 64;

/**
 * Returns bytes of ASCII as a text of its own: a slice of a longer text would keep
 * all of that in memory. A `TextDecoder` takes four times as long for a path.
 */
export function asciiText(
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  let text = "";
  for (let at = start; at < end; at += PIECE) {
    text += pieceOf(bytes, at, Math.min(PIECE, end - at));
  }
  return text;
}

function pieceOf(bytes: Uint8Array, start: number, length: number): string {
  const codes = CODES[length];
  for (let n = 0; n < length; n++) codes[n] = bytes[start + n];
  return String.fromCharCode.apply(null, codes);
}

/** An array of each length, to be filled again and again. */
const CODES: readonly number[][] = Array.from(
  { length: PIECE + 1 },
  (_, length) => new Array<number>(length).fill(0),
);
