/** The members and indices that lead to a value inside a JSON text. */
export type JsonPath = readonly (string | number)[];

const BLANK = /[ \t\n\r]*/y;
const TOKEN =
  // deno-lint-ignore no-control-regex
  /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;

type Expected = "value" | "first" | "key" | "colon" | "more" | "end";

/**
 * Walks a JSON text and calls `visit` with the place where each value begins;
 * for a member that is where its name begins. `JSON.parse` does not tell places.
 *
 * @returns The offset of the first token that JSON does not allow there, or
 * `undefined` when the whole text is JSON.
 */
export function scanJson(
  text: string,
  visit: (path: JsonPath, offset: number) => void = () => {},
): number | undefined {
  const path: (string | number)[] = [];
  const closers: string[] = [];
  let expected: Expected = "value";
  let offset = 0;

  const close = (): Expected => {
    closers.pop();
    path.length = closers.length;
    return closers.length === 0 ? "end" : "more";
  };
  const open = (token: string): Expected => {
    closers.push(token === "{" ? "}" : "]");
    if (token === "[") path.push(0);
    return "first";
  };

  while (true) {
    offset = endOf(BLANK, text, offset) ?? offset;
    const end = endOf(TOKEN, text, offset);
    if (end === undefined) {
      return expected === "end" && offset === text.length ? undefined : offset;
    }
    const token = text.slice(offset, end);
    const closer = closers.at(-1);
    const isPunctuation = "{}[],:".includes(token);
    const closesHere = token === closer &&
      (expected === "first" || expected === "more");
    const startsMember = closer === "}" &&
      (expected === "first" || expected === "key");

    if (closesHere) {
      expected = close();
    } else if (startsMember) {
      if (!token.startsWith('"')) return offset;
      path[closers.length - 1] = JSON.parse(token);
      visit(path, offset);
      expected = "colon";
    } else if (expected === "colon") {
      if (token !== ":") return offset;
      expected = "value";
    } else if (expected === "more") {
      if (token !== ",") return offset;
      if (closer === "]") path.push(Number(path.pop()) + 1);
      expected = closer === "}" ? "key" : "value";
    } else if (expected === "value" || expected === "first") {
      if (isPunctuation && token !== "{" && token !== "[") return offset;
      // A member was visited already, at its name.
      if (closer !== "}") visit(path, offset);
      if (isPunctuation) expected = open(token);
      else expected = closer === undefined ? "end" : "more";
    } else {
      return offset;
    }
    offset = end;
  }
}

/** Makes a function that finds the line and the column of an offset, from 1. */
export function linesOf(
  text: string,
): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  return (offset) => {
    let line = 0;
    let end = starts.length;
    while (end - line > 1) {
      const middle = (line + end) >> 1;
      if (starts[middle] <= offset) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: offset - starts[line] + 1 };
  };
}

/** Writes a path as people write it: `$.IO_Graph[0].name`. */
export function formatJsonPath(path: JsonPath): string {
  const steps = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[\w$-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${steps.join("")}`;
}

function endOf(
  pattern: RegExp,
  text: string,
  offset: number,
): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
