import type { ColumnArrays, ColumnType } from "./column_types.ts";
import type { KeyColumns } from "./key_columns.ts";

/** The fields of a payload, in the order in which their bytes follow. */
export interface ColumnFields {
  /** The type of the field of that name. */
  readonly [name: string]: ColumnType;
}

/** A payload's fields as an object: `bigint` for `i64` and `u64`, else `number`. */
export type ColumnRow<F extends ColumnFields> = {
  readonly [N in keyof F]: ColumnArrays[F[N]][number];
};

/** Records by column: entry `i` of each array belongs to record `i`. */
export type Batch<F extends ColumnFields> =
  & KeyColumns
  & { readonly [N in keyof F]: ColumnArrays[F[N]] }
  & {
    /** The number of records. */
    readonly length: number;
  };

/** A batch to be written: `acq` is needed for PUTA only. */
export type BatchInput<B> = [B] extends [never] ? never
  : Omit<B, "acq" | "length"> & { readonly acq?: BigInt64Array };

/** Turns records whose payloads all have the same size into columns and back. */
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
  /** Returns the column `cid`; throws a `TypeError` unless the columns agree. */
  check(batch: BatchInput<B>, withAcq: boolean): Int32Array;
}
