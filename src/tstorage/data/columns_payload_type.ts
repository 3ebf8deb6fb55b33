import { checkOneOf, refused } from "../../internal/mod.ts";
import type { Batch, BatchLayout, ColumnFields, ColumnRow } from "./batch.ts";
import { ByteArena } from "./byte_arena.ts";
import { CachedView } from "./cached_view.ts";
import {
  type Column,
  COLUMN_TYPES,
  type ColumnType,
  widthOf,
} from "./column_types.ts";
import { FixedSizeLayout } from "./fixed_size_layout.ts";
import { WHOLE_KEY } from "./key_layout.ts";
import type { PayloadType } from "./payload_type.ts";

/**
 * Payloads of fields of fixed sizes, little-endian without padding, that are
 * read and written by column: one typed array a field, no object a record.
 *
 * @example Read a day by column
 * ```ts
 * import { Channel, ColumnsPayloadType, Key } from "@sluice/sluice/tstorage";
 *
 * const weather = new ColumnsPayloadType({ celsius: "f32", hPa: "u16" });
 * await using channel = new Channel("localhost", 2025, weather);
 * await channel.connect();
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
  readonly #fields: readonly Column[];
  readonly #size: number;
  readonly #arena = new ByteArena();
  readonly #view = new CachedView();

  /**
   * The payload type of the given fields.
   *
   * @param fields Each field's name and type, in the order of their bytes.
   * @throws {TypeError} If a type is unknown, or a field has the name of a
   * part of the key, or `length`, or is a number.
   */
  constructor(fields: F) {
    this.#fields = fieldColumns(fields);
    this.#size = this.#fields.reduce((sum, { type }) => sum + widthOf(type), 0);
    this.columns = new FixedSizeLayout<Batch<F>>(this.#fields, this.#size);
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
    const at = this.#arena.allocate(this.#size);
    const { bytes, view } = this.#arena;
    for (const { name, type, offset } of this.#fields) {
      const { code } = COLUMN_TYPES[type];
      code.write(view, at + offset, true, code.size, value[name], name);
    }
    return bytes.subarray(at, at + this.#size);
  }

  /**
   * Reads the fields of one payload.
   *
   * @param buffer The bytes.
   * @returns The fields, or `null` unless there are exactly as many bytes as
   * the fields have.
   */
  fromBytes(buffer: Uint8Array): ColumnRow<F> | null {
    if (buffer.length !== this.#size) return null;
    const view = this.#view.of(buffer);
    const row: { [name: string]: unknown } = {};
    for (const { name, type, offset } of this.#fields) {
      const { code } = COLUMN_TYPES[type];
      row[name] = code.read(view, buffer.byteOffset + offset, true, code.size);
    }
    return row as ColumnRow<F>;
  }
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
