import type { OrderedKey } from "./ordered_key.ts";
import type { RecordPage, RecordTable } from "./record_table.ts";
import type { Settling } from "./compaction.ts";

/** The records as they were at one moment, until it is disposed of. */
export class Snapshot implements Disposable {
  /** Every record with an earlier acquisition time is in it. */
  readonly acq: bigint;
  /** Number of the last PUT that is in it. */
  readonly put: number;
  readonly #records: RecordTable;
  readonly #settling: Settling;
  readonly #end: () => void;

  /** The records as of a PUT; `end` is called when nobody reads them any more. */
  constructor(
    records: RecordTable,
    settling: Settling,
    put: number,
    acq: bigint,
    end: () => void,
  ) {
    this.#records = records;
    this.#settling = settling;
    this.put = put;
    this.acq = acq;
    this.#end = end;
  }

  /** Up to `limit` records from a key on. */
  page(from: OrderedKey, limit: number): RecordPage {
    const replaced = this.#settling.concerns(this.put);
    return this.#records.page(from, this.put, limit, replaced);
  }

  /** The payload of a record that has a large one. */
  largePayload(key: OrderedKey): Uint8Array {
    return this.#records.largePayload(key, this.put);
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
