import { STRUCT_CODES, type StructCode } from "./struct_codes.ts";

/**
 * The typed array of each column type.
 *
 * The name of a type is signed, unsigned or float, and its bits. A new type is
 * a line here and a row in the table below, which does not compile without it.
 */
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

/** The kind of the values of a column: `float` and `integer` are numbers. */
export type ColumnValueKind = "integer" | "bigint" | "float";

/** A typed array of any column type. */
export type AnyColumn = ColumnArrays[ColumnType];

/** The typed array of a column type, and the codec of one value. */
export interface ColumnTypeEntry<C extends ColumnType> {
  /** The typed array of a column. */
  readonly array: {
    readonly name: string;
    readonly BYTES_PER_ELEMENT: number;
    new (length: number): ColumnArrays[C];
  };
  /** The code of Python's `struct` module for one value. */
  readonly code: StructCode;
  /** The kind of its values. */
  readonly value: ColumnValueKind;
}

/** Every column type. */
export const COLUMN_TYPES: {
  readonly [C in ColumnType]: ColumnTypeEntry<C>;
} = {
  i8: { array: Int8Array, code: STRUCT_CODES.b, value: "integer" },
  u8: { array: Uint8Array, code: STRUCT_CODES.B, value: "integer" },
  i16: { array: Int16Array, code: STRUCT_CODES.h, value: "integer" },
  u16: { array: Uint16Array, code: STRUCT_CODES.H, value: "integer" },
  i32: { array: Int32Array, code: STRUCT_CODES.i, value: "integer" },
  u32: { array: Uint32Array, code: STRUCT_CODES.I, value: "integer" },
  i64: { array: BigInt64Array, code: STRUCT_CODES.q, value: "bigint" },
  u64: { array: BigUint64Array, code: STRUCT_CODES.Q, value: "bigint" },
  f32: { array: Float32Array, code: STRUCT_CODES.f, value: "float" },
  f64: { array: Float64Array, code: STRUCT_CODES.d, value: "float" },
};

/**
 * The kind of the values of every column type, in the order of the types.
 *
 * @example Read a cell of a table as a value of a column
 * ```ts
 * import { COLUMN_VALUE_KINDS, type ColumnType } from "@sluice/sluice/tstorage";
 *
 * function parse(text: string, type: ColumnType): number | bigint {
 *   return COLUMN_VALUE_KINDS[type] === "bigint" ? BigInt(text) : Number(text);
 * }
 * ```
 */
export const COLUMN_VALUE_KINDS: {
  readonly [C in ColumnType]: ColumnValueKind;
} = Object.fromEntries(
  Object.entries(COLUMN_TYPES).map(([type, { value }]) => [type, value]),
) as { [C in ColumnType]: ColumnValueKind };

/** A named column, and the offset of its value in the bytes of a record. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Bytes before the value. */
  readonly offset: number;
}

/** Bytes of one value of a column type. */
export function widthOf(type: ColumnType): number {
  return COLUMN_TYPES[type].array.BYTES_PER_ELEMENT;
}
