import { checkInteger, refused } from "../../internal/mod.ts";
import type { ByteSource } from "../../streams/mod.ts";
import type { Metadata } from "./metadata.ts";

/** A value to be stored; what `get` returns is one. */
export interface ValueInit {
  /** The bytes, or a source of them. */
  readonly data: ByteSource;
  /**
   * JSON that is stored with them.
   *
   * @default {{}}
   */
  readonly metadata?: Metadata;
  /**
   * Number of bytes, -1 if it is unknown. Only the progress events use it.
   *
   * @default {-1}
   */
  readonly size?: number;
}

/** Throws unless `value` is an object with data, and a size if it has one. */
export function checkValueInit(value: unknown): asserts value is ValueInit {
  if (typeof value !== "object" || value === null || !("data" in value)) {
    throw refused("value", "an object with data", value);
  }
  const { size = -1 } = value as { size?: unknown };
  checkInteger("size", size, { min: -1 });
}
