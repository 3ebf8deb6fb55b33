import { ByteSlab } from "./byte_arena.ts";
import type { PayloadType } from "./payload_type.ts";
import { RecentView } from "./cached_view.ts";
import { STRUCT_CODES } from "./struct_codes.ts";
import { KEY_BYTES, PUT_KEY_BYTES, PUTA_KEY_BYTES } from "../wire/message.ts";
import { gather, gatherKeys, scatter } from "./strided_copy.ts";

/** The typed array of each column type: signed, unsigned or float, and its bits. */
export interface ColumnArrays {
  /** Signed, 8 bits. */
  readonly i8: Int8Array;
  /** Unsigned, 8 bits. */
  readonly u8: Uint8Array;
  /** Signed, 16 bits. */
  readonly i16: Int16Array;
  /** Unsigned, 16 bits. */
  readonly u16: Uint16Array;
  /** Signed, 32 bits. */
  readonly i32: Int32Array;
  /** Unsigned, 32 bits. */
  readonly u32: Uint32Array;
  /** Signed, 64 bits. */
  readonly i64: BigInt64Array;
  /** Unsigned, 64 bits. */
  readonly u64: BigUint64Array;
  /** Float, 32 bits. */
  readonly f32: Float32Array;
  /** Float, 64 bits. */
  readonly f64: Float64Array;
}

/** The type of a payload field. */
export type ColumnType = keyof ColumnArrays;

/** The fields of a payload, in the order in which their bytes follow. */
export interface ColumnFields {
  /** The type of the field of that name. */
  readonly [name: string]: ColumnType;
}

/** A payload's fields as an object: `bigint` for `i64` and `u64`, else `number`. */
export type ColumnRow<F extends ColumnFields> = {
  readonly [N in keyof F]: F[N] extends "i64" | "u64" ? bigint : number;
};

/** The key parts of a batch, one array each. */
export interface KeyColumns {
  /** Containers. */
  readonly cid: Int32Array;
  /** Meters. */
  readonly mid: BigInt64Array;
  /** Meter objects. */
  readonly moid: Int32Array;
  /** Capture times, TStorage nanoseconds. */
  readonly cap: BigInt64Array;
  /** Acquisition times, TStorage nanoseconds. */
  readonly acq: BigInt64Array;
}

/** Records by column: entry `i` of each array belongs to record `i`. */
export type Batch<F extends ColumnFields> =
  & KeyColumns
  & { readonly [N in keyof F]: ColumnArrays[F[N]] }
  & {
    /** How many records there are. */
    readonly length: number;
  };

/** A batch to be written: `acq` is needed for PUTA only. */
export type BatchInput<B> = [B] extends [never] ? never
  : Omit<B, "acq" | "length"> & { readonly acq?: BigInt64Array };

/** How records whose payloads have all the same size become columns and back. */
export interface BatchLayout<B> {
  /** Bytes of a payload. */
  readonly size: number;
  /** Reads records as GET sends them, all of this layout's size. */
  decode(bytes: Uint8Array, start: number, count: number): B;
  /** Writes records as PUT or PUTA sends them. */
  encode(
    batch: BatchInput<B>,
    from: number,
    count: number,
    withAcq: boolean,
    target: Uint8Array,
    at: number,
  ): void;
  /** The column `cid`; throws a `TypeError` unless the columns agree. */
  check(batch: BatchInput<B>, withAcq: boolean): Int32Array;
}

/** Where a column's values are in the bytes of a record. */
interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly offset: number;
}

const COLUMN_ARRAYS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const satisfies { readonly [C in ColumnType]: unknown };

/** The code of Python's `struct` module for one value of a column. */
const COLUMN_CODES = {
  i8: STRUCT_CODES.b,
  u8: STRUCT_CODES.B,
  i16: STRUCT_CODES.h,
  u16: STRUCT_CODES.H,
  i32: STRUCT_CODES.i,
  u32: STRUCT_CODES.I,
  i64: STRUCT_CODES.q,
  u64: STRUCT_CODES.Q,
  f32: STRUCT_CODES.f,
  f64: STRUCT_CODES.d,
} as const;

const LENGTH_BYTES = 4;

const CID: Column = { name: "cid", type: "i32", offset: 0 };
const PUT_KEY: readonly Column[] = [
  { name: "mid", type: "i64", offset: 0 },
  { name: "moid", type: "i32", offset: 8 },
  { name: "cap", type: "i64", offset: 12 },
];
const PUTA_KEY: readonly Column[] = [
  ...PUT_KEY,
  { name: "acq", type: "i64", offset: 20 },
];

const RESERVED_NAMES = [
  "length",
  ...[CID, ...PUTA_KEY].map(({ name }) => name),
];

/**
 * Payloads of fields of fixed sizes, little-endian without padding, that are
 * read and written by column: no object a record, one typed array a field.
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
  readonly #slab = new ByteSlab();
  readonly #recent = new RecentView();

  /**
   * The payload type of some fields.
   *
   * @param fields Each field's name and type, in the order of their bytes.
   * @throws {TypeError} If a type is unknown, or a field has the name of a
   * part of the key, or `length`, or is a number.
   */
  constructor(fields: F) {
    this.#fields = fieldColumns(fields);
    this.#size = this.#fields.reduce((sum, column) => sum + width(column), 0);
    this.columns = new FixedLayout<Batch<F>>(this.#fields, this.#size);
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
    const at = this.#slab.take(this.#size);
    const { bytes, view } = this.#slab;
    for (const { name, type, offset } of this.#fields) {
      const code = COLUMN_CODES[type];
      try {
        code.write(view, at + offset, true, code.size, value[name]);
      } catch (error) {
        if (error instanceof Error) error.message += ` as "${name}"`;
        throw error;
      }
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
    const view = this.#recent.of(buffer);
    const row: { [name: string]: unknown } = {};
    for (const { name, type, offset } of this.#fields) {
      const code = COLUMN_CODES[type];
      row[name] = code.read(view, buffer.byteOffset + offset, true, code.size);
    }
    return row as ColumnRow<F>;
  }
}

/** Copies between records of one size and columns, column by column. */
class FixedLayout<B> implements BatchLayout<B> {
  readonly size: number;
  readonly #fields: readonly Column[];
  readonly #put: readonly Column[];
  readonly #puta: readonly Column[];

  constructor(fields: readonly Column[], size: number) {
    const after = (key: readonly Column[], keyBytes: number) =>
      shifted([...key, ...shifted(fields, keyBytes)], LENGTH_BYTES);
    this.size = size;
    this.#fields = fields;
    this.#put = after(PUT_KEY, PUT_KEY_BYTES);
    this.#puta = after(PUTA_KEY, PUTA_KEY_BYTES);
  }

  decode(bytes: Uint8Array, start: number, count: number): B {
    const stride = LENGTH_BYTES + KEY_BYTES + this.size;
    const key = {
      cid: new Int32Array(count),
      mid: new BigInt64Array(count),
      moid: new Int32Array(count),
      cap: new BigInt64Array(count),
      acq: new BigInt64Array(count),
    };
    const keyAt = start + LENGTH_BYTES;
    gatherKeys(bytes, keyAt, stride, key);
    const batch: { [name: string]: unknown } = { ...key, length: count };
    for (const { name, type, offset } of this.#fields) {
      const column = new COLUMN_ARRAYS[type](count);
      gather(bytes, keyAt + KEY_BYTES + offset, stride, column);
      batch[name] = column;
    }
    return batch as B;
  }

  encode(
    batch: BatchInput<B>,
    from: number,
    count: number,
    withAcq: boolean,
    target: Uint8Array,
    at: number,
  ): void {
    const keyBytes = withAcq ? PUTA_KEY_BYTES : PUT_KEY_BYTES;
    const length = keyBytes + this.size;
    const stride = LENGTH_BYTES + length;
    const lengths = new Int32Array(count).fill(length);
    scatter(lengths, target, at, stride);
    const columns = columnsOf(batch);
    for (const { name, offset } of withAcq ? this.#puta : this.#put) {
      const column = columns[name].subarray(from, from + count);
      scatter(column, target, at + offset, stride);
    }
  }

  check(batch: BatchInput<B>, withAcq: boolean): Int32Array {
    const columns = columnsOf(batch);
    const key = withAcq ? PUTA_KEY : PUT_KEY;
    for (const { name, type } of [CID, ...key, ...this.#fields]) {
      const column: unknown = columns[name];
      const expected = COLUMN_ARRAYS[type];
      if (!(column instanceof expected)) {
        const found = column && Object(column).constructor.name;
        throw new TypeError(
          `Expected the column "${name}" to be a ${expected.name}, found ${found}`,
        );
      }
      if (column.length !== columns.cid.length) {
        throw new TypeError(
          `Expected the column "${name}" to be as long as "cid", ${columns.cid.length}, found ${column.length}`,
        );
      }
    }
    return columns.cid as Int32Array;
  }
}

function columnsOf<B>(batch: BatchInput<B>) {
  return batch as { readonly [name: string]: ColumnArrays[ColumnType] };
}

function fieldColumns(fields: ColumnFields): Column[] {
  let offset = 0;
  return Object.entries(fields).map(([name, type]) => {
    if (!Object.hasOwn(COLUMN_ARRAYS, type)) {
      const known = Object.keys(COLUMN_ARRAYS).join(", ");
      throw new TypeError(
        `Expected the type of ${name} to be one of ${known}, found "${type}"`,
      );
    }
    if (RESERVED_NAMES.includes(name)) {
      throw new TypeError(
        `Expected a field name that no part of a batch has, found "${name}"`,
      );
    }
    if (/^\d+$/.test(name)) {
      throw new TypeError(
        `Expected field names that keep their order, found the number "${name}"`,
      );
    }
    const column = { name, type, offset };
    offset += width(column);
    return column;
  });
}

function shifted(columns: readonly Column[], by: number): Column[] {
  return columns.map((column) => ({ ...column, offset: column.offset + by }));
}

function width({ type }: Column): number {
  return COLUMN_ARRAYS[type].BYTES_PER_ELEMENT;
}
