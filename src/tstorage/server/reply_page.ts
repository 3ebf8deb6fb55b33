import { LENGTH_BYTES, viewOf, WHOLE_KEY } from "../data/mod.ts";
import { copy, type RecordColumns } from "./blocks/mod.ts";
import type { RecordReader } from "./runs/mod.ts";

/** Why a page ends where it does. */
export type PageStop =
  /** There are no more records. */
  | { readonly why: "end" }
  /** There is no room for the next record. */
  | { readonly why: "full" }
  /** It has taken long enough: others get their turn. */
  | { readonly why: "late" }
  /** The payload of the last record has to follow: that with this number. */
  | { readonly why: "large"; readonly id: number };

/** Bytes of a page; a record without a large payload takes much less. */
const PAGE_BYTES = 256 * 1024;
/** Bytes of the first page, which is often the whole answer. */
const FIRST_PAGE_BYTES = 40 * 1024;
/** Longest time that is spent on a page, in which no other session is served. */
const PAGE_MILLISECONDS = 10;
/** Records after which it is looked how long it has taken. */
const FEW_RECORDS = 2048;
const KEY_BYTES = WHOLE_KEY.size;
const HEAD_BYTES = LENGTH_BYTES + KEY_BYTES;
const SIGN = 0x80000000;
// Constants, because every record passes through the loop that uses them.
const { cid: CID, mid: MID, moid: MOID, cap: CAP, acq: ACQ } = WHOLE_KEY.at;
/** Bytes of each half of a 64-bit part, the lower of which comes first. */
const HALF = 4;

/** Records as GET sends them, a page at a time. */
export class ReplyPage {
  #buffer = new Uint8Array(FIRST_PAGE_BYTES);
  #view = viewOf(this.#buffer);
  #isFirst = true;
  #at = 0;
  #records = 0;

  /** The bytes of the page, valid until the next one. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Records in the page. */
  get records(): number {
    return this.#records;
  }

  /** Takes the next records in the place of those in the page. */
  fill(reader: RecordReader): PageStop {
    this.#at = this.#records = 0;
    this.#makeRoom();
    return this.goOn(reader);
  }

  /** Takes more records. */
  goOn(reader: RecordReader): PageStop {
    const end = performance.now() + PAGE_MILLISECONDS;
    for (let seen = 0;;) {
      const next = reader.next();
      if (next === undefined) return { why: "end" };
      if (next === "more") {
        if (performance.now() > end) return { why: "late" };
        continue;
      }
      const { records, from, to } = next;
      const last = this.#add(records, from, to);
      reader.take(last - from);
      this.#records += last - from;
      if (last > from && records.isLarge(last - 1)) {
        return { why: "large", id: records.largeId(last - 1) };
      }
      if (last < to) return { why: "full" };
      seen += last - from;
      if (seen < FEW_RECORDS) continue;
      seen = 0;
      if (performance.now() > end) return { why: "late" };
    }
  }

  #makeRoom(): void {
    const isSecond = !this.#isFirst && this.#buffer.length < PAGE_BYTES;
    this.#isFirst = false;
    if (!isSecond) return;
    this.#buffer = new Uint8Array(PAGE_BYTES);
    this.#view = viewOf(this.#buffer);
  }

  /**
   * Adds records up to the first with a large payload, as many as there is room
   * for, and returns where they end.
   */
  #add(records: RecordColumns, from: number, to: number): number {
    const { words, sizes, starts, payloads } = records;
    const [cid, midHigh, midLow, moid, capHigh, capLow, acqHigh, acqLow] =
      words;
    const target = this.#buffer;
    const view = this.#view;
    let at = this.#at;
    for (let i = from; i < to; i++) {
      const isLarge = records.isLarge(i);
      const size = sizes[i];
      const bytes = isLarge ? 0 : size;
      if (at + HEAD_BYTES + bytes > target.length) {
        this.#at = at;
        return i;
      }
      view.setInt32(at, KEY_BYTES + size, true);
      const key = at + LENGTH_BYTES;
      view.setInt32(key + CID, cid[i] ^ SIGN, true);
      view.setInt32(key + MID, midLow[i], true);
      view.setInt32(key + MID + HALF, midHigh[i] ^ SIGN, true);
      view.setInt32(key + MOID, moid[i] ^ SIGN, true);
      view.setInt32(key + CAP, capLow[i], true);
      view.setInt32(key + CAP + HALF, capHigh[i] ^ SIGN, true);
      view.setInt32(key + ACQ, acqLow[i], true);
      view.setInt32(key + ACQ + HALF, acqHigh[i] ^ SIGN, true);
      at += HEAD_BYTES;
      if (isLarge) {
        this.#at = at;
        return i + 1;
      }
      copy(payloads, starts[i], size, target, at);
      at += size;
    }
    this.#at = at;
    return to;
  }
}
