import { refused } from "../../internal/mod.ts";
import { ownCodec } from "./own_codec.ts";
import { PayloadArrays } from "./payload_arrays.ts";
import type { FixedSizeCodec, PayloadType } from "./payload_type.ts";
import { tupleCodec, valueCodec } from "./struct_codec.ts";
import type { StructValue } from "./struct_codes.ts";
import { parseStructFormat } from "./struct_format.ts";

/** Payloads of one value; `struct_payload_types.ts` gives it its type. */
export class StructPayloadType<T extends StructValue>
  implements PayloadType<T> {
  readonly #codec: FixedSizeCodec<T>;
  readonly #arrays: PayloadArrays<T>;

  /**
   * The payload type of a format.
   *
   * @param format A format that holds exactly one value.
   * @throws {TypeError} If the format is malformed or does not hold one value.
   */
  constructor(format: string) {
    const layout = parseStructFormat(format);
    const run = layout.runs.find(({ count }) => count === 1);
    if (!run || layout.values !== 1) {
      const expected =
        "a struct format of one value (TuplePayloadType takes any number)";
      throw refused("format", expected, format);
    }
    this.#codec = valueCodec(layout, run);
    this.#arrays = new PayloadArrays(this.#codec);
  }

  /** The faster form, unless a subclass reads or writes in its own way. */
  get inPlace(): FixedSizeCodec<T> | undefined {
    return ownCodec<T>(this, StructPayloadType.prototype, this.#codec);
  }

  /**
   * Writes a value.
   *
   * @param value The value.
   * @returns As many bytes as the format describes.
   * @throws {RangeError} If the value is out of the range of its code.
   * @throws {TypeError} If it is of another kind than its code.
   */
  toBytes(value: T): Uint8Array {
    return this.#arrays.toBytes(value);
  }

  /**
   * Reads a value.
   *
   * @param buffer The bytes.
   * @returns The value, or `null` unless there are exactly as many bytes as
   * the format describes.
   */
  fromBytes(buffer: Uint8Array): T | null {
    return this.#arrays.fromBytes(buffer);
  }
}

/** Payloads of several values; `struct_payload_types.ts` gives it its type. */
export class TuplePayloadType<T extends readonly StructValue[]>
  implements PayloadType<T> {
  readonly #codec: FixedSizeCodec<T>;
  readonly #arrays: PayloadArrays<T>;

  /**
   * The payload type of a format.
   *
   * @param format A format of any number of values.
   * @throws {TypeError} If the format is malformed.
   */
  constructor(format: string) {
    this.#codec = tupleCodec(parseStructFormat(format));
    this.#arrays = new PayloadArrays(this.#codec);
  }

  /** The faster form, unless a subclass reads or writes in its own way. */
  get inPlace(): FixedSizeCodec<T> | undefined {
    return ownCodec<T>(this, TuplePayloadType.prototype, this.#codec);
  }

  /**
   * Writes the values.
   *
   * @param value The values in the order of their codes.
   * @returns As many bytes as the format describes.
   * @throws {RangeError} If a value is out of the range of its code.
   * @throws {TypeError} If there are not as many values as codes, or one is of
   * another kind than its code.
   */
  toBytes(value: T): Uint8Array {
    return this.#arrays.toBytes(value);
  }

  /**
   * Reads the values.
   *
   * @param buffer The bytes.
   * @returns The values, or `null` unless there are exactly as many bytes as
   * the format describes.
   */
  fromBytes(buffer: Uint8Array): T | null {
    return this.#arrays.fromBytes(buffer);
  }
}
