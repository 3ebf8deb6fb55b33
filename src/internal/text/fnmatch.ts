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

/** The first and the last character of a range, as code points. */
type Range = readonly [first: number, last: number];

/** Options for {@linkcode compileGlob}. */
export interface GlobOptions {
  /**
   * Whose `fnmatch` to follow. `"posix"` is that of the C library: a set is
   * negated by `!` or `^` and may contain classes, as in `[[:digit:]]`.
   * `"python"` is that of Python: only `!` negates, and there are no classes.
   *
   * @default {"posix"}
   */
  readonly dialect?: GlobDialect;
}

/** Whose `fnmatch` a glob follows. */
export type GlobDialect = "posix" | "python";

/** How a set is read. */
interface Dialect {
  readonly negations: readonly string[];
  readonly classes: boolean;
}

const DIALECTS: Readonly<Record<GlobDialect, Dialect>> = {
  posix: { negations: ["!", "^"], classes: true },
  python: { negations: ["!"], classes: false },
};

const SPECIAL = /[*?[]/;

/** The classes of the C locale, as in `[[:digit:]]`, as pairs of characters. */
const CLASSES: ReadonlyMap<string, readonly string[]> = new Map([
  ["alnum", ["09", "AZ", "az"]],
  ["alpha", ["AZ", "az"]],
  ["blank", ["  ", "\t\t"]],
  ["cntrl", ["\0\x1f", "\x7f\x7f"]],
  ["digit", ["09"]],
  ["graph", ["!~"]],
  ["lower", ["az"]],
  ["print", [" ~"]],
  ["punct", ["!/", ":@", "[`", "{~"]],
  ["space", ["  ", "\t\r"]],
  ["upper", ["AZ"]],
  ["xdigit", ["09", "AF", "af"]],
]);

/** Returns whether a pattern has special characters, so is more than one text. */
export function isGlob(pattern: string): boolean {
  return SPECIAL.test(pattern);
}

/** Returns the text that everything a glob matches begins with. */
export function literalHead(pattern: string): string {
  const special = pattern.search(SPECIAL);
  return special < 0 ? pattern : pattern.slice(0, special);
}

/**
 * Compiles a glob as `fnmatch` reads it without flags but `FNM_NOESCAPE`: `*`,
 * `?` and `[...]` match `/` too, `\` is a character like any other, and a `[`
 * that nothing closes stands for itself. Case counts.
 *
 * @returns Tells whether the glob matches the whole of a text, in time
 * proportional to the product of both lengths at worst.
 */
export function compileGlob(
  pattern: string,
  { dialect = "posix" }: GlobOptions = {},
): (text: string) => boolean {
  const head = literalHead(pattern);
  const rest = [...pattern.slice(head.length)];
  const tokens = tokenize(rest, DIALECTS[dialect]);
  const texts = textsBetweenStars(tokens);
  if (texts) {
    const [first, ...others] = texts;
    const start = head + first;
    const end = others.pop();
    if (end === undefined) return (text) => text === start;
    return (text) =>
      text.startsWith(start) && hasInOrder(others, text, start.length, end);
  }
  return (text) =>
    text.startsWith(head) && matches(tokens, [...text.slice(head.length)]);
}

function tokenize(pattern: readonly string[], dialect: Dialect): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "*") {
      tokens.push({ type: "star" });
    } else if (character === "?") {
      tokens.push({ type: "any" });
    } else if (character === "[") {
      const set = readSet(pattern, at + 1, dialect);
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
  { negations, classes }: Dialect,
): { token: Token; last: number } | undefined {
  const negated = negations.includes(pattern[start]);
  const first = negated ? start + 1 : start;
  const ranges: Range[] = [];
  let at = first;
  while (at < pattern.length) {
    // A "]" that comes first is a member, not the end.
    if (pattern[at] === "]" && at > first) {
      return { token: { type: "set", negated, ranges }, last: at };
    }
    const named = classes ? readClass(pattern, at) : undefined;
    if (named) {
      ranges.push(...named.ranges);
      at = named.last + 1;
    } else if (isRange(pattern, at)) {
      ranges.push(range(pattern[at], pattern[at + 2]));
      at += 3;
    } else {
      ranges.push(range(pattern[at], pattern[at]));
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
  const pairs = CLASSES.get(pattern.slice(at + 2, close).join(""));
  const ranges = pairs?.map(([first, last]) => range(first, last));
  return ranges && { ranges, last: close + 1 };
}

function range(first: string, last: string): Range {
  return [codePoint(first), codePoint(last)];
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function isRange(pattern: readonly string[], at: number): boolean {
  const last = pattern[at + 2];
  return pattern[at + 1] === "-" && last !== undefined && last !== "]";
}

/**
 * Returns the texts between the stars of a pattern that has stars and texts alone,
 * and no half of a character that takes two code units.
 */
function textsBetweenStars(tokens: readonly Token[]): string[] | undefined {
  const texts = [""];
  for (const token of tokens) {
    if (token.type === "star") texts.push("");
    else if (token.type === "character") {
      texts.push(texts.pop() + token.character);
    } else return undefined;
  }
  return texts.every((text) => text.isWellFormed()) ? texts : undefined;
}

/** Tells whether a text has these others from a place on, and then that end. */
function hasInOrder(
  others: readonly string[],
  text: string,
  start: number,
  end: string,
): boolean {
  let at = start;
  for (const other of others) {
    at = text.indexOf(other, at);
    if (at < 0) return false;
    at += other.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}

/**
 * On a mismatch only the latest star takes one character more, because the
 * earlier ones could not make more of it.
 */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starEnd = 0;
  while (at < text.length) {
    if (token < tokens.length && tokens[token].type === "star") {
      star = token++;
      starEnd = at;
    } else if (token < tokens.length && accepts(tokens[token], text[at])) {
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
      const code = codePoint(character);
      const listed = token.ranges.some(([first, last]) =>
        first <= code && code <= last
      );
      return listed !== token.negated;
    }
  }
}
