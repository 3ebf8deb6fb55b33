import { refused } from "../../internal/mod.ts";
import { ByteArena } from "./byte_arena.ts";
import { CachedView } from "./cached_view.ts";
import type { PayloadType } from "./payload_type.ts";
import type { StructValue } from "./struct_codes.ts";
import {
  parseStructFormat,
  type StructLayout,
  type StructRun,
} from "./struct_format.ts";

/**
 * Payloads of one value in a format of Python's `struct` module.
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
 * const temperature = new StructPayloadType<number>("<d");
 * const channel = new Channel("localhost", 2025, temperature);
 * ```
 */
export class StructPayloadType<T extends StructValue>
  implements PayloadType<T> {
  readonly #layout: StructLayout;
  readonly #run: StructRun;
  readonly #arena = new ByteArena();
  readonly #view = new CachedView();

  /**
   * The payload type of a format.
   *
   * @param format A format that holds exactly one value.
   * @throws {TypeError} If the format is malformed or does not hold one value.
   */
  constructor(format: string) {
    this.#layout = parseStructFormat(format);
    const run = this.#layout.runs.find(({ count }) => count === 1);
    if (!run || this.#layout.values !== 1) {
      const expected =
        "a struct format of one value (TuplePayloadType takes any number)";
      throw refused("format", expected, format);
    }
    this.#run = run;
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
    const { size, littleEndian } = this.#layout;
    const { code, offset, size: width } = this.#run;
    const at = this.#arena.allocate(size);
    code.write(
      this.#arena.view,
      at + offset,
      littleEndian,
      width,
      value,
      "value",
    );
    return this.#arena.bytes.subarray(at, at + size);
  }

  /**
   * Reads a value.
   *
   * @param buffer The bytes.
   * @returns The value, or `null` unless there are exactly as many bytes as
   * the format describes.
   */
  fromBytes(buffer: Uint8Array): T | null {
    const { size, littleEndian } = this.#layout;
    if (buffer.length !== size) return null;
    const { code, offset, size: width } = this.#run;
    const view = this.#view.of(buffer);
    const at = buffer.byteOffset + offset;
    return code.read(view, at, littleEndian, width) as T;
  }
}

/**
 * Payloads of any number of values in a format of Python's `struct` module,
 * see {@linkcode StructPayloadType}.
 *
 * @example Usage
 * ```ts
 * import { TuplePayloadType } from "@sluice/sluice/tstorage";
 *
 * const reading = new TuplePayloadType<[number, bigint, boolean]>("<dQ?");
 * reading.toBytes([21.5, 7n, true]);
 * ```
 */
export class TuplePayloadType<T extends readonly StructValue[]>
  implements PayloadType<T> {
  readonly #layout: StructLayout;
  readonly #arena = new ByteArena();
  readonly #view = new CachedView();

  /**
   * The payload type of a format.
   *
   * @param format A format of any number of values.
   * @throws {TypeError} If the format is malformed.
   */
  constructor(format: string) {
    this.#layout = parseStructFormat(format);
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
    const { format, size, values, littleEndian, runs } = this.#layout;
    if (value.length !== values) {
      const expected = `${values} values for the struct format "${format}"`;
      throw refused("value", expected, value.length);
    }
    const start = this.#arena.allocate(size);
    const { view } = this.#arena;
    let index = 0;
    for (const { code, offset, size: width, count } of runs) {
      for (let i = 0; i < count; i++) {
        code.write(
          view,
          start + offset + i * width,
          littleEndian,
          width,
          value[index],
          index++,
        );
      }
    }
    return this.#arena.bytes.subarray(start, start + size);
  }

  /**
   * Reads the values.
   *
   * @param buffer The bytes.
   * @returns The values, or `null` unless there are exactly as many bytes as
   * the format describes.
   */
  fromBytes(buffer: Uint8Array): T | null {
    const { size, littleEndian, runs } = this.#layout;
    if (buffer.length !== size) return null;
    const view = this.#view.of(buffer);
    const { byteOffset } = buffer;
    const values: StructValue[] = [];
    for (const { code, offset, size: width, count } of runs) {
      for (let i = 0; i < count; i++) {
        const at = byteOffset + offset + i * width;
        values.push(code.read(view, at, littleEndian, width));
      }
    }
    return values as readonly StructValue[] as T;
  }
}
