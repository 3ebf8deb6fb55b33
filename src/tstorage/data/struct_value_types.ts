import type { StructValue } from "./struct_codes.ts";

/**
 * The type of the value of a struct format: `number` of `"<d"`. It is any value
 * of a format that the compiler does not know.
 *
 * @typeParam F The format.
 */
export type StructValueOf<F extends string> = string extends F ? StructValue
  : F extends `@${infer Codes}` ? ValueIn<Codes, NativeCodes>
  : F extends `${StandardOrder}${infer Codes}` ? ValueIn<Codes, StandardCodes>
  : ValueIn<F, NativeCodes>;

/**
 * The types of the values of a struct format: `[number, bigint, boolean]` of
 * `"<dQ?"`. They are any values of a format that the compiler does not know, or
 * with a count of more than two digits.
 *
 * @typeParam F The format.
 */
export type StructTupleOf<F extends string> = string extends F
  ? readonly StructValue[]
  : F extends `@${infer Codes}` ? TupleIn<Codes, NativeCodes>
  : F extends `${StandardOrder}${infer Codes}` ? TupleIn<Codes, StandardCodes>
  : TupleIn<F, NativeCodes>;

type StandardOrder = "=" | "<" | ">" | "!";

interface StandardCodes {
  c: Uint8Array;
  s: Uint8Array;
  p: Uint8Array;
  "?": boolean;
  b: number;
  B: number;
  h: number;
  H: number;
  i: number;
  I: number;
  l: number;
  L: number;
  q: bigint;
  Q: bigint;
  e: number;
  f: number;
  d: number;
}

/** Under `@`, `l` and `L` have 8 bytes. */
interface NativeCodes extends Omit<StandardCodes, "l" | "L"> {
  l: bigint;
  L: bigint;
  n: bigint;
  N: bigint;
}

/** A value of any of the codes; all but one of them are padding or have none. */
type ValueIn<F extends string, Codes, Found = never> = F extends
  `${infer Code}${infer Rest}` ? ValueIn<
    Rest,
    Codes,
    Found | (Code extends keyof Codes ? Codes[Code] : never)
  >
  : Found;

type TupleIn<
  F extends string,
  Codes,
  Count extends string = "",
  Found extends readonly unknown[] = [],
> = F extends `${infer Code}${infer Rest}`
  ? Code extends Digit ? TupleIn<Rest, Codes, `${Count}${Code}`, Found>
  : Code extends "s" | "p" ? TupleIn<Rest, Codes, "", [...Found, Uint8Array]>
  : Code extends keyof Codes
    ? Count extends KnownCount
      ? TupleIn<Rest, Codes, "", [...Found, ...Repeated<Codes[Code], Count>]>
    : readonly StructValue[]
    // Padding, white space.
  : TupleIn<Rest, Codes, "", Found>
  : Found;

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type KnownCount = "" | Digit | `${Exclude<Digit, "0">}${Digit}`;

type Repeated<T, Count extends string, Found extends readonly T[] = []> =
  Count extends "" ? [T]
    : `${Found["length"]}` extends Count ? Found
    : Repeated<T, Count, [...Found, T]>;
