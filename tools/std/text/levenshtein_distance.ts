/** The part of `jsr:@std/text` that sluice uses: how many edits make one text of another. */
export function levenshteinDistance(str1: string, str2: string): number {
  const [one, other] = [[...str1], [...str2]];
  let before = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = before[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, before[j] + 1, row[j - 1] + 1));
    }
    before = row;
  }
  return before[other.length];
}
