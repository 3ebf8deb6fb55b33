import { inspect } from "./inspect.ts";

/** Throws a `RangeError` unless `value` is an integer of at least `min`. */
export function checkInteger(name: string, value: unknown, min: 0 | 1): void {
  if (Number.isSafeInteger(value) && value as number >= min) return;
  const expected = min === 1 ? "a positive integer" : "an integer from 0";
  throw new RangeError(
    `"${name}" must be ${expected}, found ${inspect(value)}`,
  );
}

/** Like {@linkcode checkInteger} from 0, and `Infinity` passes. */
export function checkLimit(name: string, value: unknown): void {
  if (value !== Infinity) checkInteger(name, value, 0);
}
