import { viewOf, WHOLE_KEY } from "../../data/mod.ts";

/**
 * A key as eight unsigned numbers that sort as keys do: the words of its ordered
 * bytes, 64-bit parts as two of them.
 */
export type KeyWords = Uint32Array<ArrayBuffer>;

/** Words of a key. */
export const WORDS: number = WHOLE_KEY.size / 4;

/** For each word that is the higher one of two, the lower one. */
export const LOWER_WORD: readonly (number | undefined)[] = WHOLE_KEY.parts
  .flatMap(({ type, offset }) =>
    type === "i64" ? [offset / 4 + 1, undefined] : [undefined]
  );

/** The words of an ordered key. */
export function wordsOf(key: Uint8Array): KeyWords {
  const view = viewOf(key);
  const words = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word++) {
    words[word] = view.getUint32(4 * word);
  }
  return words;
}

/** The ordered key of its words. */
export function bytesOf(words: KeyWords): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(WHOLE_KEY.size);
  const view = viewOf(bytes);
  for (const [word, value] of words.entries()) view.setUint32(4 * word, value);
  return bytes;
}

/** The key that comes right after one that is not the last. */
export function wordsAfter(words: KeyWords): KeyWords {
  const next = words.slice();
  let word = WORDS - 1;
  while (word > 0 && next[word] === 0xffffffff) next[word--] = 0;
  next[word]++;
  return next;
}
