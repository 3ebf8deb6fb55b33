import { PUT_KEY, PUTA_KEY, viewOf, WHOLE_KEY } from "../data/mod.ts";
import { copy } from "./blocks/mod.ts";
import { isAtMaximum, writeOrderedKey } from "./runs/mod.ts";

/** Records of a PUT: ordered keys, each followed by its payload. */
export interface StagedPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The offset at which each record ends. */
  readonly ends: readonly number[];
}

const KEY_BYTES = WHOLE_KEY.size;
const SMALLEST_PART = 4 * 1024;
const LARGEST_PART = 4 * 2 ** 20;
const MOST_RECORDS = 32_768;

/** Collects the records of an unfinished PUT in parts. */
export class StagedRecords {
  readonly #withAcq: boolean;
  readonly #keyBytes: number;
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
    this.#keyBytes = (withAcq ? PUTA_KEY : PUT_KEY).size;
  }

  /** Bytes of all parts, but for those that every PUT may have. */
  get held(): number {
    const open = this.#bytes.length - SMALLEST_PART;
    return this.#held + open;
  }

  /** Bytes of all records, including the parts that were taken. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds a record as it stands on the wire.
   *
   * Skips a record with a part of its key at the maximum, which no half-open
   * range can include.
   */
  add(
    bytes: Uint8Array,
    view: DataView,
    cid: number,
    keyAt: number,
    end: number,
  ): void {
    if (isAtMaximum(view, cid, keyAt, this.#withAcq)) return;
    const payloadAt = keyAt + this.#keyBytes;
    const size = KEY_BYTES + end - payloadAt;
    this.#makeRoom(size);
    const at = this.#at;
    writeOrderedKey(cid, view, keyAt, this.#withAcq, this.#view, at);
    copy(bytes, payloadAt, end - payloadAt, this.#bytes, at + KEY_BYTES);
    this.#at += size;
    this.#total += size;
    this.#ends.push(this.#at);
  }

  /** Takes all parts, including the one that is not complete. */
  takeLast(): StagedPart[] {
    this.#finishPart();
    const parts = this.#parts;
    this.#parts = [];
    this.#held = 0;
    return parts;
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
