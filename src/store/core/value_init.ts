import type { ByteSource } from "../../streams/mod.ts";
import type { Metadata } from "./metadata.ts";

/** A value to be stored; what `get` returns is one. */
export interface ValueInit {
  /** The bytes, or where they come from. */
  readonly data: ByteSource;
  /**
   * What to store with them: whatever JSON can say.
   *
   * @default {{}}
   */
  readonly metadata?: Metadata;
  /**
   * Number of bytes, if it is known: for the progress events only.
   *
   * @default {-1}
   */
  readonly size?: number;
}

/** Refuses what has no data, or a size that is none. */
export function assertValue(value: ValueInit): ValueInit {
  if (typeof value !== "object" || value === null || !("data" in value)) {
    throw new TypeError(
      `value must be an object with data, found ${Deno.inspect(value)}`,
    );
  }
  const { size = -1 } = value;
  if (size === -1 || Number.isSafeInteger(size) && size >= 0) return value;
  throw new RangeError(
    `size must be -1 or a non-negative integer, found ${Deno.inspect(size)}`,
  );
}
