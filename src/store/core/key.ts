import { checkString, refused } from "../../internal/mod.ts";

/** Throws a `TypeError` unless `key` is a string that UTF-8 can encode. */
export function checkKeyText(key: unknown): asserts key is string {
  checkString("key", key);
  if (key.isWellFormed()) return;
  throw refused("key", "a string without lone surrogates", key);
}

/** The key as messages show it: on one line, and not the whole of a long one. */
export function quoted(key: string): string {
  const most = 200;
  return key.length <= most
    ? JSON.stringify(key)
    : `${JSON.stringify(key.slice(0, most))}… (${key.length} characters)`;
}
