import type { BatchLayout } from "./batch.ts";

/**
 * Reads and writes values that all have the same size where their bytes stand
 * among those of other records, without an array for each.
 *
 * @example Reads and writes a counter
 * ```ts
 * import type { FixedSizeCodec } from "@sluice/sluice/tstorage";
 *
 * const counter: FixedSizeCodec<number> = {
 *   size: 4,
 *   read: (view, at) => view.getUint32(at, true),
 *   write: (view, at, value) => view.setUint32(at, value, true),
 * };
 * ```
 */
export interface FixedSizeCodec<T> {
  /** Bytes of each value. */
  readonly size: number;
  /**
   * Reads a value.
   *
   * @param view Bytes of many records.
   * @param at Where the value starts.
   * @returns The value, or `null` if the bytes cannot be parsed.
   */
  read(view: DataView, at: number): T | null;
  /**
   * Writes a value: each of its bytes, whatever they were before.
   *
   * @param view Bytes of many records.
   * @param at Where the value starts.
   * @param value The value.
   * @throws {RangeError} If the value is out of the range of its type.
   */
  write(view: DataView, at: number, value: T): void;
}

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
  /**
   * The faster form of {@linkcode PayloadType.toBytes} and
   * {@linkcode PayloadType.fromBytes}, if values always have the same size; it
   * must read and write the same bytes. `fromBytes` gets payloads of other sizes.
   */
  readonly inPlace?: FixedSizeCodec<T>;
  /** The columnar form, which `Channel.batches` and batches in `Channel.writable` need. */
  readonly columns?: BatchLayout<B>;
}
