/** The line breaks of Python's `str.splitlines`, `\r\n` being one. */
// deno-lint-ignore no-control-regex
const BREAK = /\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/;
const BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";

/** The lines of a text, as Python's `str.splitlines` returns them. */
export function splitLines(text: string): string[] {
  const lines = text.split(BREAK);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The lines of a text, and last the part after the final break. */
export function splitAtBreaks(text: string): string[] {
  return text.split(BREAK);
}

/** Length of the part of a text that ends with its last line break. */
export function lengthOfWholeLines(text: string): number {
  let length = text.length;
  while (length > 0 && !BREAKS.includes(text[length - 1])) length--;
  return length;
}

/** The largest length up to `limit` that does not cut a surrogate pair. */
export function lengthOfWholeCharacters(text: string, limit: number): number {
  if (limit >= text.length) return text.length;
  return isPairOpenAt(text, limit) ? limit - 1 : limit;
}

/** Returns whether the text up to `end` ends with half a surrogate pair. */
export function isPairOpenAt(text: string, end: number): boolean {
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xd800 && unit <= 0xdbff;
}
