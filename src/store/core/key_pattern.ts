/** What one part of a pattern stands for. */
type Token = { readonly kind: "any number" } | {
  readonly kind: "one";
  accepts(character: string): boolean;
};

/**
 * Whether whole keys match a pattern in the manner of `fnmatch`: `*` is any
 * characters (a slash is one like any other), `?` one character, `[a-c]` one of
 * these and `[!a-c]` one of all others. Case counts.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  const tokens = [...parse(pattern)];
  return (key) => matches(tokens, Array.from(key));
}

function* parse(pattern: string): Generator<Token> {
  // A closing bracket that comes first in a set is a character of it.
  const syntax = /\*+|\?|\[(?:(!)|(?!!))(\][^\]]*|[^\]]+)\]|[^]/gu;
  for (const [text, negation, characters] of pattern.matchAll(syntax)) {
    if (text[0] === "*") yield { kind: "any number" };
    else if (text === "?") yield { kind: "one", accepts: () => true };
    else if (characters) yield set(characters, negation === "!");
    else yield { kind: "one", accepts: (character) => character === text };
  }
}

function set(text: string, negated: boolean): Token {
  const characters = Array.from(text);
  const ranges: [first: number, last: number][] = [];
  while (characters.length > 0) {
    const isRange = characters[1] === "-" && characters.length > 2;
    const [first, ...rest] = characters.splice(0, isRange ? 3 : 1).map(code);
    ranges.push([first, rest.at(-1) ?? first]);
  }
  return {
    kind: "one",
    accepts(character) {
      const c = code(character);
      return negated !==
        ranges.some(([first, last]) => first <= c && c <= last);
    },
  };
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/**
 * Gives back characters only to the last `*`, for the earlier ones could not
 * make more of them: quadratic at worst, where a regular expression would take
 * for ever.
 */
function matches(tokens: readonly Token[], key: readonly string[]): boolean {
  let t = 0;
  let k = 0;
  let lastStar: { t: number; k: number } | undefined;
  while (k < key.length) {
    const token = tokens.at(t);
    if (token?.kind === "any number") {
      lastStar = { t: ++t, k };
    } else if (token?.accepts(key[k])) {
      t++;
      k++;
    } else if (lastStar) {
      t = lastStar.t;
      k = ++lastStar.k;
    } else {
      return false;
    }
  }
  return tokens.slice(t).every(({ kind }) => kind === "any number");
}
