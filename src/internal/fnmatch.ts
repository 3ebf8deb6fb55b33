/** One element of a glob, and how it compares to one character. */
type Token =
  | { readonly type: "star" }
  | { readonly type: "any" }
  | { readonly type: "character"; readonly character: string }
  | {
    readonly type: "set";
    readonly negated: boolean;
    readonly ranges: Range[];
  };

type Range = readonly [first: string, last: string];

const SPECIAL = /[*?[]/;

/** The classes of the C locale, as in `[[:digit:]]`. */
const CLASSES: ReadonlyMap<string, Range[]> = new Map<string, Range[]>([
  ["alnum", [["0", "9"], ["A", "Z"], ["a", "z"]]],
  ["alpha", [["A", "Z"], ["a", "z"]]],
  ["blank", [[" ", " "], ["\t", "\t"]]],
  ["cntrl", [["\0", "\x1f"], ["\x7f", "\x7f"]]],
  ["digit", [["0", "9"]]],
  ["graph", [["!", "~"]]],
  ["lower", [["a", "z"]]],
  ["print", [[" ", "~"]]],
  ["punct", [["!", "/"], [":", "@"], ["[", "`"], ["{", "~"]]],
  ["space", [[" ", " "], ["\t", "\r"]]],
  ["upper", [["A", "Z"]]],
  ["xdigit", [["0", "9"], ["A", "F"], ["a", "f"]]],
]);

/** Whether a path of a configuration is a glob rather than one path. */
export function isGlob(pattern: string): boolean {
  return SPECIAL.test(pattern);
}

/** What everything that a glob matches begins with. */
export function literalHead(pattern: string): string {
  const special = pattern.search(SPECIAL);
  return special < 0 ? pattern : pattern.slice(0, special);
}

/**
 * Compiles a glob of the shell, as `fnmatch` with `FNM_NOESCAPE` reads it:
 * `*`, `?` and `[...]` match `/` too, `\` is a character like any other, and a
 * `[` that nothing closes stands for itself.
 *
 * @returns Tells whether a path matches, in time proportional to the product
 * of both lengths at worst.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const head = literalHead(pattern);
  const tokens = tokenize([...pattern.slice(head.length)]);
  return (path) =>
    path.startsWith(head) && matches(tokens, [...path.slice(head.length)]);
}

function tokenize(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "*") {
      tokens.push({ type: "star" });
    } else if (character === "?") {
      tokens.push({ type: "any" });
    } else if (character === "[") {
      const set = readSet(pattern, at + 1);
      tokens.push(set?.token ?? { type: "character", character });
      at = set?.last ?? at;
    } else {
      tokens.push({ type: "character", character });
    }
  }
  return tokens;
}

/** Reads a set up to its `]`; `start` is the place after its `[`. */
function readSet(
  pattern: readonly string[],
  start: number,
): { token: Token; last: number } | undefined {
  const negated = pattern[start] === "!" || pattern[start] === "^";
  const first = negated ? start + 1 : start;
  const ranges: Range[] = [];
  let at = first;
  while (at < pattern.length) {
    // A "]" that comes first is a member, not the end.
    if (pattern[at] === "]" && at > first) {
      return { token: { type: "set", negated, ranges }, last: at };
    }
    const named = readClass(pattern, at);
    if (named) {
      ranges.push(...named.ranges);
      at = named.last + 1;
    } else if (isRange(pattern, at)) {
      ranges.push([pattern[at], pattern[at + 2]]);
      at += 3;
    } else {
      ranges.push([pattern[at], pattern[at]]);
      at++;
    }
  }
  return undefined;
}

function readClass(
  pattern: readonly string[],
  at: number,
): { ranges: Range[]; last: number } | undefined {
  if (pattern[at] !== "[" || pattern[at + 1] !== ":") return undefined;
  const close = pattern.indexOf(":", at + 2);
  if (close < 0 || pattern[close + 1] !== "]") return undefined;
  const ranges = CLASSES.get(pattern.slice(at + 2, close).join(""));
  return ranges && { ranges, last: close + 1 };
}

function isRange(pattern: readonly string[], at: number): boolean {
  const last = pattern[at + 2];
  return pattern[at + 1] === "-" && last !== undefined && last !== "]";
}

/** On a mismatch only the latest star needs to take one character more. */
function matches(tokens: readonly Token[], path: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starEnd = 0;
  while (at < path.length) {
    if (token < tokens.length && tokens[token].type === "star") {
      star = token++;
      starEnd = at;
    } else if (token < tokens.length && accepts(tokens[token], path[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starEnd;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ type }) => type === "star");
}

function accepts(token: Token, character: string): boolean {
  switch (token.type) {
    case "star":
    case "any":
      return true;
    case "character":
      return token.character === character;
    case "set": {
      const listed = token.ranges.some(([first, last]) =>
        first <= character && character <= last
      );
      return listed !== token.negated;
    }
  }
}
