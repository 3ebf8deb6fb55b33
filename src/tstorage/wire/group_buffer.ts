import {
  type BatchInput,
  type BatchLayout,
  LENGTH_BYTES,
  PUT_KEY,
  PUTA_KEY,
  type Record,
  viewOf,
} from "../data/mod.ts";
import { GROUP_HEAD_BYTES, writeGroupHead } from "./group_head.ts";
import type { EncodedPayload, PutRecordEncoder } from "./put_record_encoder.ts";

const CAPACITY = 256 * 1024;

/**
 * Collects the records of a PUT as they come: those in a row that share their
 * `cid` are a group, which ends at the latest where the buffer does.
 */
export class GroupBuffer<T> {
  readonly #encoder: PutRecordEncoder<T>;
  readonly #withAcq: boolean;
  #bytes = new Uint8Array(CAPACITY);
  #view: DataView = viewOf(this.#bytes);
  #at = 0;
  /** The `cid` of the group that is not complete, and where its head stands. */
  #cid = 0;
  #head: number | undefined;

  /** A buffer for PUTA if `withAcq`, else for PUT, as is the encoder. */
  constructor(encoder: PutRecordEncoder<T>, withAcq: boolean) {
    this.#encoder = encoder;
    this.#withAcq = withAcq;
  }

  /** Whether one more record of this many bytes, its length included, fits. */
  fits(recordBytes: number): boolean {
    return this.#at + GROUP_HEAD_BYTES + recordBytes <= this.#bytes.length;
  }

  /** Adds a record that fits; an empty buffer grows to fit it. */
  add(record: Record<T>, payload: EncodedPayload): void {
    const count = this.#encoder.size(payload);
    if (this.#at === 0 && !this.fits(count)) {
      this.#bytes = new Uint8Array(GROUP_HEAD_BYTES + count);
      this.#view = viewOf(this.#bytes);
    }
    this.#enter(record.key.cid);
    this.#at = this.#encoder.write(
      this.#bytes,
      this.#view,
      this.#at,
      record,
      payload,
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
    if (this.#head !== undefined && this.#cid === cid) return;
    this.#leave();
    this.#cid = cid;
    this.#head = this.#at;
    this.#at += GROUP_HEAD_BYTES;
  }

  #leave(): void {
    if (this.#head === undefined) return;
    const bytes = this.#at - this.#head - GROUP_HEAD_BYTES;
    writeGroupHead(this.#view, this.#head, this.#cid, bytes);
    this.#head = undefined;
  }
}
