import { type Record, viewOf } from "../data/mod.ts";
import { GROUP_HEAD_BYTES, writeGroupHead } from "./group_head.ts";
import type { EncodedPayload, PutRecordEncoder } from "./put_record_encoder.ts";

const FIRST_CHUNK = 256;
const LARGEST_CHUNK = 256 * 1024;
/** Bytes that are written at once, if groups are small. */
const PART_BYTES = 256 * 1024;

/** Records of a PUT that share their `cid`, encoded. */
class PutGroup<T> {
  readonly cid: number;
  /** Bytes of the records. */
  size = 0;
  readonly #encoder: PutRecordEncoder<T>;
  readonly #full: Uint8Array[] = [];
  #bytes = new Uint8Array(FIRST_CHUNK);
  #view: DataView = viewOf(this.#bytes);
  #at = 0;

  constructor(cid: number, encoder: PutRecordEncoder<T>) {
    this.cid = cid;
    this.#encoder = encoder;
  }

  add(record: Record<T>, payload: EncodedPayload): void {
    const count = this.#encoder.size(payload);
    if (this.#at + count > this.#bytes.length) this.#grow(count);
    this.#at = this.#encoder.write(
      this.#bytes,
      this.#view,
      this.#at,
      record,
      payload,
    );
    this.size += count;
  }

  *parts(): Generator<Uint8Array> {
    const head = new Uint8Array(GROUP_HEAD_BYTES);
    writeGroupHead(viewOf(head), 0, this.cid, this.size);
    yield head;
    yield* this.#full;
    yield this.#bytes.subarray(0, this.#at);
  }

  #grow(count: number): void {
    this.#full.push(this.#bytes.subarray(0, this.#at));
    const doubled = Math.min(2 * this.#bytes.length, LARGEST_CHUNK);
    this.#bytes = new Uint8Array(Math.max(doubled, count));
    this.#view = viewOf(this.#bytes);
    this.#at = 0;
  }
}

/**
 * Collects all records of a PUT in groups by `cid`, in the order in which each
 * `cid` first comes. A group ends before it has more than `maxBatchSize` bytes,
 * but has at least one record.
 */
export class PutGroups<T> {
  readonly #encoder: PutRecordEncoder<T>;
  readonly #maxBatchSize: number;
  readonly #byCid: Map<number, PutGroup<T>[]> = new Map();
  /** The group of the last record, in which the next one is likely to be. */
  #last: PutGroup<T> | undefined;

  /** No groups yet. */
  constructor(encoder: PutRecordEncoder<T>, maxBatchSize: number) {
    this.#encoder = encoder;
    this.#maxBatchSize = maxBatchSize;
  }

  /**
   * Adds a record, all of whose bytes are copied.
   *
   * @throws {RangeError} If its value is out of the range of its type.
   */
  add(record: Record<T>): void {
    const payload = this.#encoder.payload(record.value);
    this.#groupFor(record.key.cid, this.#encoder.size(payload))
      .add(record, payload);
  }

  /** The bytes of the groups, small ones joined; each part is valid until the next. */
  *parts(): Generator<Uint8Array> {
    const joined = new Uint8Array(PART_BYTES);
    let at = 0;
    for (const groups of this.#byCid.values()) {
      for (const part of groups.flatMap((group) => [...group.parts()])) {
        const isLarge = 2 * part.length > PART_BYTES;
        if (at > 0 && (isLarge || at + part.length > PART_BYTES)) {
          yield joined.subarray(0, at);
          at = 0;
        }
        if (isLarge) {
          yield part;
        } else {
          joined.set(part, at);
          at += part.length;
        }
      }
    }
    if (at > 0) yield joined.subarray(0, at);
  }

  #groupFor(cid: number, count: number): PutGroup<T> {
    if (this.#last?.cid !== cid) this.#last = this.#byCid.get(cid)?.at(-1);
    const last = this.#last;
    if (last !== undefined && last.size + count <= this.#maxBatchSize) {
      return last;
    }
    const group = new PutGroup(cid, this.#encoder);
    const groups = this.#byCid.get(cid);
    if (groups === undefined) this.#byCid.set(cid, [group]);
    else groups.push(group);
    return this.#last = group;
  }
}
