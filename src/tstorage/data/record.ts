import type { Key } from "./key.ts";

/**
 * A value and the key under which it is stored.
 *
 * @example Usage
 * ```ts
 * import { Key, nowNs, type Record } from "@sluice/sluice/tstorage";
 *
 * const record: Record<number> = { key: new Key(1, 7n, 0, nowNs()), value: 21.5 };
 * ```
 */
export interface Record<T> {
  /** The address of the value. */
  readonly key: Key;
  /** The record's payload, as the payload type reads it. */
  readonly value: T;
}
