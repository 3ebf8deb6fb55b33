import type { PayloadType } from "./payload_type.ts";
import type { StructValue } from "./struct_codes.ts";
import {
  StructPayloadType as OneValue,
  TuplePayloadType as ManyValues,
} from "./struct_payload_type.ts";
import type { StructTupleOf, StructValueOf } from "./struct_value_types.ts";

/**
 * Payloads of one value in a format of Python's `struct` module.
 *
 * @typeParam T The type of the value.
 */
export type StructPayloadType<T extends StructValue> = PayloadType<T>;

// Two type parameters: a class that extends the payload type of one chooses the
// other signature.

/** Makes payload types of one value. */
export interface StructPayloadTypeConstructor {
  /**
   * Makes the payload type of a format, whose value has the type that the format
   * says.
   *
   * @typeParam F The format.
   * @typeParam T The type of the value.
   * @param format A format that holds exactly one value.
   * @throws {TypeError} If the format is malformed or does not hold one value.
   */
  new <const F extends string, T extends StructValueOf<F>>(
    format: F,
  ): StructPayloadType<T>;
  /**
   * Makes the payload type of a format that the compiler does not know.
   *
   * @typeParam T The type of the value, which is not checked.
   * @param format A format that holds exactly one value.
   * @throws {TypeError} If the format is malformed or does not hold one value.
   */
  new <T extends StructValue>(format: string): StructPayloadType<T>;
}

/**
 * Payloads of one value in a format of Python's `struct` module. The type of the
 * value is that of the format: a `number` for `"<d"`.
 *
 * A format is a byte order (`@`, the default: the machine's order, sizes and
 * alignment; `=`: the machine's order; `<`: little-endian; `>` and `!`:
 * big-endian; all but `@` with standard sizes and no padding) and codes:
 *
 * | codes | value |
 * | --- | --- |
 * | `b B h H i I`, and `l L` of 4 bytes | `number` |
 * | `q Q n N`, and `l L` of 8 bytes (under `@`) | `bigint` |
 * | `e f d` | `number` |
 * | `?` | `boolean` |
 * | `c`, and `s p` with a length, as in `8s` | `Uint8Array` |
 * | `x` | none, a byte of padding |
 *
 * Writing takes any integer for an integer code, be it `number` or `bigint`.
 *
 * @example Usage
 * ```ts
 * import { Channel, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const temperature = new StructPayloadType("<d");
 * await using channel = await Channel.open("localhost", 2025, temperature);
 * ```
 */
export const StructPayloadType: StructPayloadTypeConstructor =
  OneValue as StructPayloadTypeConstructor;

/**
 * Payloads of any number of values in a format of Python's `struct` module.
 *
 * @typeParam T The types of the values.
 */
export type TuplePayloadType<T extends readonly StructValue[]> = PayloadType<T>;

/** Makes payload types of any number of values. */
export interface TuplePayloadTypeConstructor {
  /**
   * Makes the payload type of a format, whose values have the types that the
   * format says.
   *
   * @typeParam F The format.
   * @typeParam T The types of the values.
   * @param format A format of any number of values.
   * @throws {TypeError} If the format is malformed.
   */
  new <const F extends string, T extends StructTupleOf<F>>(
    format: F,
  ): TuplePayloadType<T>;
  /**
   * Makes the payload type of a format that the compiler does not know.
   *
   * @typeParam T The types of the values, which are not checked.
   * @param format A format of any number of values.
   * @throws {TypeError} If the format is malformed.
   */
  new <T extends readonly StructValue[]>(format: string): TuplePayloadType<T>;
}

/**
 * Payloads of any number of values in a format of Python's `struct` module, see
 * {@linkcode StructPayloadType}. The types of the values are those of the
 * format: `[number, bigint, boolean]` for `"<dQ?"`.
 *
 * @example Usage
 * ```ts
 * import { TuplePayloadType } from "@sluice/sluice/tstorage";
 *
 * const reading = new TuplePayloadType("<dQ?");
 * reading.toBytes([21.5, 7n, true]);
 * ```
 */
export const TuplePayloadType: TuplePayloadTypeConstructor =
  ManyValues as TuplePayloadTypeConstructor;
