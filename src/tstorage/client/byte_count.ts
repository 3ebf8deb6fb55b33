import { checkInteger } from "../../internal/mod.ts";

/** The most bytes that an option can allow. */
export const MOST_BYTES: number = 2 ** 31 - 1;

/** Throws a `RangeError` unless an option is 1 to 2³¹ − 1 bytes. */
export function checkByteCount(name: string, value: number): void {
  checkInteger(name, value, { min: 1, max: MOST_BYTES });
}
