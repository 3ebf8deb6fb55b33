import { isDeno } from "../runtimes/mod.ts";

const MOST_ITEMS = 4;
const MOST_CHARS = 60;

/** Formats a value for an error message: on one line, and not too long. */
export function inspect(value: unknown): string {
  if (!isDeno) return inspectInNode(value);
  return Deno.inspect(value, {
    depth: 0,
    iterableLimit: MOST_ITEMS,
    strAbbreviateSize: MOST_CHARS,
    breakLength: Infinity,
  });
}

function inspectInNode(value: unknown): string {
  // deno-lint-ignore no-process-global
  const { inspect } = process.getBuiltinModule("node:util");
  const text = inspect(value, {
    depth: 0,
    maxArrayLength: MOST_ITEMS,
    maxStringLength: MOST_CHARS,
    breakLength: Infinity,
  });
  // The quotes of Deno, where that is possible without escapes.
  return text.replace(/'((?:[^'"\\]|\\[^'"])*)'/g, '"$1"');
}
