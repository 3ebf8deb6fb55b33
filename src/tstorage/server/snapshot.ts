import { type BlockTable, type KeyBox, RecordReader } from "./runs/mod.ts";

/** The records as they were at one moment, until it is disposed of. */
export class Snapshot implements Disposable {
  /** Every record with an earlier acquisition time is included. */
  readonly acq: bigint;
  /** The number of the last PUT that is included. */
  readonly put: number;
  readonly #table: BlockTable;
  readonly #end: () => void;

  /** The records as of a PUT; disposing of the snapshot calls `end`. */
  constructor(table: BlockTable, put: number, acq: bigint, end: () => void) {
    this.#table = table;
    this.put = put;
    this.acq = acq;
    this.#end = end;
  }

  /** Reads the records in a box. */
  read(box: KeyBox): RecordReader {
    return new RecordReader(this.#table, this.put, box);
  }

  /** The large payload with the given number, of a record that was read. */
  largePayload(id: number): Uint8Array {
    return this.#table.large(id);
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
