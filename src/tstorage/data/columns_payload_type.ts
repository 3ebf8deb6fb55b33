import { checkOneOf, refused } from "../../internal/mod.ts";
import type { Batch, BatchLayout, ColumnFields, ColumnRow } from "./batch.ts";
import {
  type Column,
  COLUMN_TYPES,
  type ColumnType,
  widthOf,
} from "./column_types.ts";
import { FixedSizeLayout } from "./fixed_size_layout.ts";
import { WHOLE_KEY } from "./key_layout.ts";
import { ownCodec } from "./own_codec.ts";
import { PayloadArrays } from "./payload_arrays.ts";
import type { FixedSizeCodec, PayloadType } from "./payload_type.ts";

/**
 * Payloads of fields of fixed sizes, little-endian without padding, that are
 * read and written by column: one typed array a field, no object a record.
 *
 * Import it from `@sluice/sluice/tstorage`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * @example Read a day by column
 * ```ts
 * import { Channel, ColumnsPayloadType, Key } from "@sluice/sluice/tstorage";
 *
 * const weather = new ColumnsPayloadType({ celsius: "f32", hPa: "u16" });
 * await using channel = await Channel.open("localhost", 2025, weather);
 * let warmest = -Infinity;
 * for await (const batch of channel.batches(Key.MIN, Key.MAX)) {
 *   for (const celsius of batch.celsius) warmest = Math.max(warmest, celsius);
 * }
 * ```
 */
export class ColumnsPayloadType<const F extends ColumnFields>
  implements PayloadType<ColumnRow<F>, Batch<F>> {
  /** The columnar form. */
  readonly columns: BatchLayout<Batch<F>>;
  readonly #codec: FixedSizeCodec<ColumnRow<F>>;
  readonly #arrays: PayloadArrays<ColumnRow<F>>;

  /**
   * The payload type of the given fields.
   *
   * @param fields Each field's name and type, in the order of their bytes.
   * @throws {TypeError} If a type is unknown, or a field has the name of a
   * part of the key, or `length`, or is a number.
   */
  constructor(fields: F) {
    const columns = fieldColumns(fields);
    const size = columns.reduce((sum, { type }) => sum + widthOf(type), 0);
    this.columns = new FixedSizeLayout<Batch<F>>(columns, size);
    this.#codec = rowCodec(columns, size);
    this.#arrays = new PayloadArrays(this.#codec);
  }

  /** The faster form of rows, unless a subclass reads or writes in its own way. */
  get inPlace(): FixedSizeCodec<ColumnRow<F>> | undefined {
    const { prototype } = ColumnsPayloadType;
    return ownCodec<ColumnRow<F>>(this, prototype, this.#codec);
  }

  /**
   * Writes the fields of one payload.
   *
   * @param value The fields.
   * @returns As many bytes as the fields have.
   * @throws {RangeError} If an integer is out of the range of its type.
   * @throws {TypeError} If a field is missing or of another kind.
   */
  toBytes(value: ColumnRow<F>): Uint8Array {
    return this.#arrays.toBytes(value);
  }

  /**
   * Reads the fields of one payload.
   *
   * @param buffer The bytes.
   * @returns The fields, or `null` unless there are exactly as many bytes as
   * the fields have.
   */
  fromBytes(buffer: Uint8Array): ColumnRow<F> | null {
    return this.#arrays.fromBytes(buffer);
  }
}

function rowCodec<R>(
  columns: readonly Column[],
  size: number,
): FixedSizeCodec<R> {
  const fields = columns.map(({ name, type, offset }) => {
    return { name, offset, code: COLUMN_TYPES[type].code };
  });
  return {
    size,
    read(view, at) {
      const row: { [name: string]: unknown } = {};
      for (const { name, offset, code } of fields) {
        row[name] = code.read(view, at + offset, true, code.size);
      }
      return row as R;
    },
    write(view, at, value) {
      const row = value as { readonly [name: string]: unknown };
      for (const { name, offset, code } of fields) {
        code.write(view, at + offset, true, code.size, row[name], name);
      }
    },
  };
}

const RESERVED_NAMES: readonly string[] = [
  "length",
  ...WHOLE_KEY.parts.map(({ name }) => name),
];
const TYPE_NAMES = Object.keys(COLUMN_TYPES) as ColumnType[];

function fieldColumns(fields: ColumnFields): Column[] {
  let offset = 0;
  return Object.entries(fields).map(([name, type]) => {
    checkOneOf(name, type, TYPE_NAMES);
    if (RESERVED_NAMES.includes(name)) {
      const reserved = RESERVED_NAMES.join(", ");
      throw refused("fields", `names other than ${reserved}`, name);
    }
    // Properties that are numbers come first, wherever they were written.
    if (/^\d+$/.test(name)) {
      throw refused("fields", "names that are not numbers", name);
    }
    const column = { name, type, offset };
    offset += widthOf(type);
    return column;
  });
}
