import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Most edits, for each letter of a word, that still make a slip of it. */
const MOST_EDITS_PER_LETTER = 0.4;

/**
 * Returns the word that was probably meant by one that nobody knows;
 * `undefined` when none is near.
 */
export function nearWord(
  given: string,
  words: readonly string[],
): string | undefined {
  let near: string | undefined;
  let least = Infinity;
  for (const word of words) {
    const edits = lettersOf(given) === lettersOf(word)
      ? 1
      : levenshteinDistance(given, word);
    const letters = word.replaceAll("-", "").length;
    const most = Math.max(1, Math.floor(letters * MOST_EDITS_PER_LETTER));
    if (edits > most || edits >= least) continue;
    near = word;
    least = edits;
  }
  return near;
}

/** Returns the letters in one order: a slip swaps two of them. */
function lettersOf(word: string): string {
  return [...word].sort().join("");
}

/** Ends a message about an unknown word with the one that was probably meant. */
export function withNearWord(
  message: string,
  given: string,
  words: readonly string[],
): string {
  const near = nearWord(given, words);
  return near === undefined ? message : `${message}, did you mean "${near}"?`;
}
