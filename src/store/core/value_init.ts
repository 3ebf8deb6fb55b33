import { checkInteger, encodeText, refused } from "../../internal/mod.ts";
import type { ByteSource } from "../../streams/mod.ts";
import type { Metadata } from "./metadata.ts";

/**
 * A value to be stored; what `get` returns is one.
 *
 * @typeParam M The metadata.
 */
export interface ValueInit<M extends object = Metadata> {
  /** The bytes, a source of them, or a text, which is stored in UTF-8. */
  readonly data: ByteSource;
  /**
   * JSON that is stored with them. A promise is waited for when all bytes have
   * been read, so that it may be about them, such as their hash.
   *
   * @default {no names}
   */
  readonly metadata?: M | PromiseLike<M>;
  /**
   * Number of bytes, -1 if it is unknown. Only the progress events use it.
   *
   * @default {-1}
   */
  readonly size?: number;
}

/** Everything that `set` takes as a value: a text or bytes have no metadata. */
export type ValueSource<M extends object = Metadata> =
  | string
  | Uint8Array
  | ValueInit<M>;

/** Returns a value to be stored, once it is known to be one. */
export function valueInit<M extends object>(
  value: ValueSource<M>,
): ValueInit<M> {
  if (typeof value === "string") return { data: encodeText("value", value) };
  if (value instanceof Uint8Array) return { data: value };
  assertValueInit(value);
  return value;
}

function assertValueInit(value: unknown): void {
  if (typeof value !== "object" || value === null || !("data" in value)) {
    const expected = "a string, a Uint8Array or an object with data";
    throw refused("value", expected, value);
  }
  const { size = -1 } = value as { size?: unknown };
  checkInteger("size", size, { min: -1 });
}
