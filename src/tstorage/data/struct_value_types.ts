import type { StructValue } from "./struct_codes.ts";

/** The types of values in a struct format with a byte order other than `@`. */
export interface StandardStructCodes {
  /** A byte. */
  c: Uint8Array;
  /** Bytes, as many as the count says. */
  s: Uint8Array;
  /** Bytes, up to as many as the count says. */
  p: Uint8Array;
  /** A flag. */
  "?": boolean;
  /** A signed integer of 8 bits. */
  b: number;
  /** An unsigned integer of 8 bits. */
  B: number;
  /** A signed integer of 16 bits. */
  h: number;
  /** An unsigned integer of 16 bits. */
  H: number;
  /** A signed integer of 32 bits. */
  i: number;
  /** An unsigned integer of 32 bits. */
  I: number;
  /** A signed integer of 32 bits. */
  l: number;
  /** An unsigned integer of 32 bits. */
  L: number;
  /** A signed integer of 64 bits. */
  q: bigint;
  /** An unsigned integer of 64 bits. */
  Q: bigint;
  /** A float of 16 bits. */
  e: number;
  /** A float of 32 bits. */
  f: number;
  /** A float of 64 bits. */
  d: number;
}

/** The types of values in a struct format with the byte order `@`, or none. */
export interface NativeStructCodes
  extends Omit<StandardStructCodes, "l" | "L"> {
  /** A signed integer of 64 bits. */
  l: bigint;
  /** An unsigned integer of 64 bits. */
  L: bigint;
  /** A signed integer of 64 bits. */
  n: bigint;
  /** An unsigned integer of 64 bits. */
  N: bigint;
}

/**
 * The types of values by the codes of a struct format.
 *
 * @typeParam F The format.
 */
export type StructCodesOf<F extends string> = F extends
  `${"=" | "<" | ">" | "!"}${string}` ? StandardStructCodes : NativeStructCodes;

/**
 * The type of the value of a struct format: `number` of `"<d"`. It is any value
 * of a format that the compiler does not know.
 *
 * @typeParam F The format.
 * @typeParam Codes The types of its codes.
 * @typeParam Found The type of the value in the part before.
 */
export type StructValueOf<
  F extends string,
  Codes = StructCodesOf<F>,
  Found = never,
> = string extends F ? StructValue
  : F extends `${infer Code}${infer Rest}` ? StructValueOf<
      Rest,
      Codes,
      Found | (Code extends keyof Codes ? Codes[Code] : never)
    >
  : Found;

/**
 * The types of the values of a struct format: `[number, bigint, boolean]` of
 * `"<dQ?"`. They are any values of a format that the compiler does not know, or
 * that has a count of more than two digits.
 *
 * @typeParam F The format.
 * @typeParam Codes The types of its codes.
 * @typeParam Count The digits of the count in the part before.
 * @typeParam Found The types of the values in the part before.
 */
export type StructTupleOf<
  F extends string,
  Codes = StructCodesOf<F>,
  Count extends string = "",
  Found extends readonly unknown[] = [],
> = string extends F ? readonly StructValue[]
  : F extends `${infer Code}${infer Rest}`
    ? Code extends "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"
      ? StructTupleOf<Rest, Codes, `${Count}${Code}`, Found>
    : Code extends "s" | "p"
      ? StructTupleOf<Rest, Codes, "", [...Found, Uint8Array]>
    : Code extends keyof Codes
      ? StructRunOf<Codes[Code], Count> extends
        infer Run extends readonly unknown[]
        ? StructTupleOf<Rest, Codes, "", [...Found, ...Run]>
      : readonly StructValue[]
      // The byte order, padding, white space.
    : StructTupleOf<Rest, Codes, "", Found>
  : Found;

/**
 * Values of one code of a struct format, as many as its count says; `undefined`
 * for a count that is too long to be counted.
 *
 * @typeParam T The type of a value.
 * @typeParam Count The digits of the count; none is 1.
 * @typeParam Found The values so far.
 */
export type StructRunOf<
  T,
  Count extends string,
  Found extends readonly T[] = [],
> = Count extends "" ? [T]
  : Count extends `0${string}` | `${number}${number}${number}` ? undefined
  : `${Found["length"]}` extends Count ? Found
  : StructRunOf<T, Count, [...Found, T]>;
