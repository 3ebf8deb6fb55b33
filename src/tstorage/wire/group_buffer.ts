import {
  type BatchInput,
  type BatchLayout,
  type Key,
  LENGTH_BYTES,
  PUT_KEY,
  PUTA_KEY,
  viewOf,
} from "../data/mod.ts";
import {
  GROUP_HEAD_BYTES,
  putRecordBytes,
  writeGroupHead,
  writePutRecord,
} from "./put_record.ts";

const CAPACITY = 256 * 1024;

/**
 * Collects the records of a PUT as they come: those in a row that share their
 * `cid` are a group, which ends at the latest where the buffer does.
 */
export class GroupBuffer {
  readonly #withAcq: boolean;
  #bytes = new Uint8Array(CAPACITY);
  #view: DataView = viewOf(this.#bytes);
  #at = 0;
  #group: { readonly cid: number; readonly head: number } | undefined;

  /** A buffer for PUTA if `withAcq`, else for PUT. */
  constructor(withAcq: boolean) {
    this.#withAcq = withAcq;
  }

  /** Whether one more record of this many bytes, its length included, fits. */
  fits(recordBytes: number): boolean {
    return this.#at + GROUP_HEAD_BYTES + recordBytes <= this.#bytes.length;
  }

  /** Adds a record; an empty buffer grows to fit it. */
  add(key: Key, payload: Uint8Array): void {
    const count = putRecordBytes(payload, this.#withAcq);
    if (this.#at === 0 && !this.fits(count)) {
      this.#bytes = new Uint8Array(GROUP_HEAD_BYTES + count);
      this.#view = viewOf(this.#bytes);
    }
    this.#enter(key.cid);
    this.#at = writePutRecord(
      this.#bytes,
      this.#view,
      this.#at,
      key,
      payload,
      this.#withAcq,
    );
  }

  /**
   * Adds records of a batch from `from` on that share their `cid`, as many as
   * fit, and returns how many; 0 if the buffer must be taken first.
   */
  addRun<B>(
    layout: BatchLayout<B>,
    batch: BatchInput<B>,
    cids: Int32Array,
    from: number,
  ): number {
    const key = this.#withAcq ? PUTA_KEY : PUT_KEY;
    const stride = LENGTH_BYTES + key.size + layout.size;
    const room = this.#bytes.length - this.#at - GROUP_HEAD_BYTES;
    const most = Math.min(Math.floor(room / stride), cids.length - from);
    const cid = cids[from];
    let count = 0;
    while (count < most && cids[from + count] === cid) count++;
    if (count === 0) return 0;
    this.#enter(cid);
    layout.encode(
      batch,
      from,
      count,
      this.#withAcq,
      this.#bytes,
      this.#at,
    );
    this.#at += count * stride;
    return count;
  }

  /** The bytes so far, valid until the next record is added. */
  take(): Uint8Array {
    this.#leave();
    const bytes = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    return bytes;
  }

  #enter(cid: number): void {
    if (this.#group?.cid === cid) return;
    this.#leave();
    this.#group = { cid, head: this.#at };
    this.#at += GROUP_HEAD_BYTES;
  }

  #leave(): void {
    if (this.#group === undefined) return;
    const { cid, head } = this.#group;
    writeGroupHead(this.#view, head, cid, this.#at - head - GROUP_HEAD_BYTES);
    this.#group = undefined;
  }
}
