import { PUT_KEY_BYTES, viewOf } from "../wire/message.ts";
import { flip32, flip64, ORDERED_ACQ } from "./ordered_key.ts";

/** Records of a PUT: ordered keys, each with its payload behind it. */
export interface StagedPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each record ends. */
  readonly ends: readonly number[];
}

const KEY_BYTES = 32;
const SMALLEST_PART = 4 * 1024;
const LARGEST_PART = 4 * 2 ** 20;
const MOST_RECORDS = 32_768;

const INT32_MAX = 0x7fffffff;

/** Collects the records of a PUT that has not ended yet, in parts. */
export class StagedRecords {
  readonly #withAcq: boolean;
  #parts: StagedPart[] = [];
  #bytes = new Uint8Array(SMALLEST_PART);
  #view: DataView = viewOf(this.#bytes);
  #ends: number[] = [];
  #at = 0;
  #held = 0;
  #total = 0;

  /** Collects for PUTA if `withAcq`, else for PUT. */
  constructor(withAcq: boolean) {
    this.#withAcq = withAcq;
  }

  /** Bytes of the parts that are complete. */
  get held(): number {
    return this.#held;
  }

  /** Bytes of all records, the parts that were taken included. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds a record as it stands on the wire.
   *
   * One with a part of its key at the maximum lies in no half-open range, so
   * it is left out.
   */
  add(
    bytes: Uint8Array,
    view: DataView,
    cid: number,
    keyAt: number,
    end: number,
  ): void {
    if (isAtMaximum(view, cid, keyAt, this.#withAcq)) return;
    const payloadAt = keyAt + PUT_KEY_BYTES + (this.#withAcq ? 8 : 0);
    const size = KEY_BYTES + end - payloadAt;
    this.#makeRoom(size);
    const at = this.#at;
    this.#view.setInt32(at, cid ^ 0x80000000);
    flip64(view, keyAt, true, this.#view, at + 4);
    flip32(view, keyAt + 8, true, this.#view, at + 12);
    flip64(view, keyAt + 12, true, this.#view, at + 16);
    if (this.#withAcq) {
      flip64(view, keyAt + PUT_KEY_BYTES, true, this.#view, at + ORDERED_ACQ);
    }
    this.#bytes.set(bytes.subarray(payloadAt, end), at + KEY_BYTES);
    this.#at += size;
    this.#total += size;
    this.#ends.push(this.#at);
  }

  /** Takes the parts that are complete. */
  take(): StagedPart[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#held = 0;
    return parts;
  }

  /** Takes the part that was begun, if there is one. */
  takeLast(): StagedPart[] {
    this.#finishPart();
    return this.take();
  }

  #makeRoom(size: number): void {
    const full = this.#at + size > LARGEST_PART ||
      this.#ends.length === MOST_RECORDS;
    if (full && this.#at > 0) this.#finishPart();
    if (this.#at + size <= this.#bytes.length) return;
    const doubled = Math.min(2 * this.#bytes.length, LARGEST_PART);
    const larger = new Uint8Array(Math.max(doubled, this.#at + size));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }

  #finishPart(): void {
    if (this.#ends.length === 0) return;
    const bytes = this.#bytes.subarray(0, this.#at);
    this.#parts.push({ bytes, ends: this.#ends });
    this.#held += this.#bytes.length;
    this.#bytes = new Uint8Array(SMALLEST_PART);
    this.#view = viewOf(this.#bytes);
    this.#ends = [];
    this.#at = 0;
  }
}

function isAtMaximum(
  view: DataView,
  cid: number,
  keyAt: number,
  withAcq: boolean,
): boolean {
  const wide = (at: number) =>
    view.getInt32(at + 4, true) === INT32_MAX && view.getInt32(at, true) === -1;
  return cid === INT32_MAX || wide(keyAt) ||
    view.getInt32(keyAt + 8, true) === INT32_MAX || wide(keyAt + 12) ||
    (withAcq && wide(keyAt + PUT_KEY_BYTES));
}
