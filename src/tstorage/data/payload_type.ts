import type { BatchLayout } from "./batch.ts";

/**
 * Turns the values of a channel into the payload bytes of records and back.
 *
 * @typeParam T The values.
 * @typeParam B The columnar batches, for types that have them.
 *
 * @example A payload of JSON
 * ```ts
 * import type { PayloadType } from "@sluice/sluice/tstorage";
 *
 * const json: PayloadType<unknown> = {
 *   toBytes: (value) => new TextEncoder().encode(JSON.stringify(value)),
 *   fromBytes: (buffer) => {
 *     try {
 *       return JSON.parse(new TextDecoder().decode(buffer));
 *     } catch {
 *       return null;
 *     }
 *   },
 * };
 * ```
 */
export interface PayloadType<T, B = never> {
  /**
   * Writes a value.
   *
   * @param value The value.
   * @returns Its bytes, at most 32 MiB; they are copied before the next call.
   * @throws {RangeError} If the value is out of the range of its type.
   */
  toBytes(value: T): Uint8Array;
  /**
   * Reads a value.
   *
   * @param buffer The bytes; valid during the call only, so copy what stays.
   * @returns The value, or `null` if the bytes cannot be parsed.
   */
  fromBytes(buffer: Uint8Array): T | null;
  /** The columnar form, which `Channel.batches` and batches in `Channel.writable` need. */
  readonly columns?: BatchLayout<B>;
}
