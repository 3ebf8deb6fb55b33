import type { Metadata } from "../core/mod.ts";

/** A key and its value that a test needs in a store. */
export type TestEntry = readonly [
  key: string,
  value: { readonly data: Uint8Array; readonly metadata: Metadata },
];

/**
 * Keys that file systems, URLs or databases confuse. A store keeps each of them
 * apart from the others, or refuses it with a `RangeError`.
 */
export const HOSTILE_KEYS: readonly string[] = [
  "",
  " ",
  ".",
  "..",
  "../../etc/passwd",
  "/",
  "a/b",
  "a//b",
  "a\\b",
  "a%2fb",
  "a%2Fb",
  "a?b#c&d=e",
  "a\0b",
  "a\0",
  "line\nfeed\r\n",
  "CON",
  "con",
  "Con",
  "nul.txt",
  "COM1 ",
  "trailing.",
  "trailing ",
  "-rf",
  "~",
  ".hidden",
  "__proto__",
  "constructor",
  "toString",
  "$key",
  "'; DROP TABLE value; --",
  "%",
  "_",
  "*",
  "[a]",
  "Straße",
  "STRASSE",
  "\u00e9",
  "e\u0301",
  "\ufeff",
  "\u202etxt.exe",
  "👩‍👩‍👧‍👦",
  "\u{10ffff}",
  "x".repeat(10_000),
  "x".repeat(9_999) + "y",
  "👩".repeat(1_000),
];

/** The entries of the store that the reading tests get. */
export const ENTRIES: readonly TestEntry[] = [
  ["small", { data: bytes(1_000), metadata: { kind: "number", n: 1 } }],
  ["large", { data: bytes(3_000_001), metadata: { kind: "number", n: 2 } }],
  ["empty", { data: bytes(0), metadata: {} }],
  ["nested", {
    data: bytes(10),
    metadata: {
      kind: "tree",
      tree: { a: [1, null, { b: "\0\n\u{1f600}" }], "": false },
      __proto__x: 1e-7,
    },
  }],
  ...HOSTILE_KEYS.map((key, n): TestEntry => {
    return [key, { data: bytes(n + 1, n), metadata: { hostile: n } }];
  }),
];

/** Makes bytes that do not repeat at the sizes of buffers. */
function bytes(length: number, seed = 7): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
