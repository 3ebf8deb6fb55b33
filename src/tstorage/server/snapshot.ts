import type { Compaction } from "./compaction.ts";
import type { OrderedKey } from "./ordered_key.ts";
import type { RecordPage, RecordTable } from "./record_table.ts";

/** The records as they were at one moment, until it is disposed of. */
export class Snapshot implements Disposable {
  /** Every record with an earlier acquisition time is included. */
  readonly acq: bigint;
  /** The number of the last PUT that is included. */
  readonly put: number;
  readonly #records: RecordTable;
  readonly #compaction: Compaction;
  readonly #end: () => void;

  /** The records as of a PUT; disposing of the snapshot calls `end`. */
  constructor(
    records: RecordTable,
    compaction: Compaction,
    put: number,
    acq: bigint,
    end: () => void,
  ) {
    this.#records = records;
    this.#compaction = compaction;
    this.put = put;
    this.acq = acq;
    this.#end = end;
  }

  /** Up to `limit` records from a key on. */
  page(from: OrderedKey, limit: number): RecordPage {
    const replaced = this.#compaction.affects(this.put);
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
