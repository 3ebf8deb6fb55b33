import { refused } from "../../internal/mod.ts";
import type { BatchInput, BatchLayout } from "./batch.ts";
import { type AnyColumn, type Column, COLUMN_TYPES } from "./column_types.ts";
import { gatherKeys, type KeyColumns, scatterHeads } from "./key_columns.ts";
import { LENGTH_BYTES, PUT_KEY, PUTA_KEY, WHOLE_KEY } from "./key_layout.ts";
import { gather, scatter } from "./strided_copy.ts";

/** Copies between records of one size and columns, column by column. */
export class FixedSizeLayout<B> implements BatchLayout<B> {
  readonly size: number;
  readonly #fields: readonly Column[];

  /** The layout of payloads of `size` bytes with these fields. */
  constructor(fields: readonly Column[], size: number) {
    this.size = size;
    this.#fields = fields;
  }

  decode(bytes: Uint8Array, start: number, count: number): B {
    const stride = LENGTH_BYTES + WHOLE_KEY.size + this.size;
    const keyAt = start + LENGTH_BYTES;
    const payloadAt = keyAt + WHOLE_KEY.size;
    const batch: { [name: string]: unknown } = {
      ...gatherKeys(bytes, keyAt, stride, count),
      length: count,
    };
    for (const { name, type, offset } of this.#fields) {
      const column = new COLUMN_TYPES[type].array(count);
      gather(bytes, payloadAt + offset, stride, column);
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
    const to = from + count;
    const keyBytes = withAcq ? PUTA_KEY.size : PUT_KEY.size;
    const keyAt = at + LENGTH_BYTES;
    const stride = LENGTH_BYTES + keyBytes + this.size;
    const keys = batch as BatchInput<B> & KeyColumns;
    scatterHeads(keys, from, to, target, at, stride);
    if (withAcq) {
      scatter(keys.acq, from, to, target, keyAt + PUTA_KEY.at.acq, stride);
    }
    const columns = columnsOf(batch);
    for (const { name, offset } of this.#fields) {
      const fieldAt = keyAt + keyBytes + offset;
      scatter(columns[name], from, to, target, fieldAt, stride);
    }
  }

  check(batch: BatchInput<B>, withAcq: boolean): Int32Array {
    const columns = columnsOf(batch);
    const key = WHOLE_KEY.parts.filter(({ name }) => withAcq || name !== "acq");
    for (const { name, type } of [...key, ...this.#fields]) {
      const column: unknown = columns[name];
      const { array } = COLUMN_TYPES[type];
      if (!(column instanceof array)) {
        throw refused(name, `a column of type ${array.name}`, column);
      }
      const { length } = columns.cid;
      if (column.length !== length) {
        throw refused(name, `as long as "cid", ${length}`, column.length);
      }
    }
    return columns.cid as Int32Array;
  }
}

function columnsOf<B>(batch: BatchInput<B>) {
  return batch as { readonly [name: string]: AnyColumn };
}
