import { type Key, viewOf } from "../data/mod.ts";
import {
  GROUP_HEAD_BYTES,
  putRecordBytes,
  writeGroupHead,
  writePutRecord,
} from "./put_record.ts";

const FIRST_CHUNK = 256;
const LARGEST_CHUNK = 1024 * 1024;
/** Bytes that are written at once, if groups are small. */
const PART_BYTES = 256 * 1024;

/** Records of a PUT that share their `cid`, encoded. */
class PutGroup {
  readonly cid: number;
  /** Bytes of the records. */
  size = 0;
  readonly #full: Uint8Array[] = [];
  #bytes = new Uint8Array(FIRST_CHUNK);
  #view: DataView = viewOf(this.#bytes);
  #at = 0;

  constructor(cid: number) {
    this.cid = cid;
  }

  add(key: Key, payload: Uint8Array, withAcq: boolean): void {
    const count = putRecordBytes(payload, withAcq);
    if (this.#at + count > this.#bytes.length) {
      this.#full.push(this.#bytes.subarray(0, this.#at));
      const doubled = Math.min(2 * this.#bytes.length, LARGEST_CHUNK);
      this.#bytes = new Uint8Array(Math.max(doubled, count));
      this.#view = viewOf(this.#bytes);
      this.#at = 0;
    }
    this.#at = writePutRecord(
      this.#bytes,
      this.#view,
      this.#at,
      key,
      payload,
      withAcq,
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
}

/**
 * Collects all records of a PUT in groups by `cid`, in the order in which each
 * `cid` first comes. A group ends before it has more than `maxBatchSize` bytes,
 * but has at least one record.
 */
export class PutGroups {
  readonly #withAcq: boolean;
  readonly #maxBatchSize: number;
  readonly #byCid: Map<number, PutGroup[]> = new Map();

  /** No groups yet, for PUTA if `withAcq`, else for PUT. */
  constructor(withAcq: boolean, maxBatchSize: number) {
    this.#withAcq = withAcq;
    this.#maxBatchSize = maxBatchSize;
  }

  /** Adds a record; its bytes are copied. */
  add(key: Key, payload: Uint8Array): void {
    this.#groupFor(key.cid, putRecordBytes(payload, this.#withAcq))
      .add(key, payload, this.#withAcq);
  }

  /** The bytes of the groups, small ones joined; each part is valid until the next. */
  *parts(): Generator<Uint8Array> {
    const together = new Uint8Array(PART_BYTES);
    let at = 0;
    for (const groups of this.#byCid.values()) {
      for (const part of groups.flatMap((group) => [...group.parts()])) {
        if (at + part.length > PART_BYTES) {
          yield together.subarray(0, at);
          at = 0;
        }
        if (part.length > PART_BYTES) {
          yield part;
        } else {
          together.set(part, at);
          at += part.length;
        }
      }
    }
    yield together.subarray(0, at);
  }

  #groupFor(cid: number, count: number): PutGroup {
    const groups = this.#byCid.get(cid) ?? [];
    if (groups.length === 0) this.#byCid.set(cid, groups);
    const last = groups.at(-1);
    if (last && last.size + count <= this.#maxBatchSize) return last;
    const group = new PutGroup(cid);
    groups.push(group);
    return group;
  }
}
