import type { Key } from "../key.ts";
import { viewOf } from "./message.ts";
import {
  GROUP_HEAD_BYTES,
  putRecordBytes,
  writeGroupHead,
  writePutRecord,
} from "./put_record.ts";

/** Records of a PUT that share their `cid`. */
export interface Group {
  readonly cid: number;
  readonly records: { readonly key: Key; readonly payload: Uint8Array }[];
  /** Bytes of the records. */
  bytes: number;
}

/** Bytes that are handed to the socket at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Groups records by `cid`, in the order in which each `cid` first comes, and
 * cuts a group before it has more than `maxBatchSize` bytes; a group has at
 * least one record.
 */
export function groupByCid(
  records: readonly { readonly key: Key; readonly payload: Uint8Array }[],
  withAcq: boolean,
  maxBatchSize: number,
): Group[] {
  const byCid = new Map<number, Group[]>();
  for (const record of records) {
    const { cid } = record.key;
    const bytes = putRecordBytes(record.payload, withAcq);
    const groups = byCid.get(cid) ?? [];
    if (groups.length === 0) byCid.set(cid, groups);
    const last = groups.at(-1);
    if (last && last.bytes + bytes <= maxBatchSize) {
      last.records.push(record);
      last.bytes += bytes;
    } else {
      groups.push({ cid, records: [record], bytes });
    }
  }
  return [...byCid.values()].flat();
}

/**
 * The bytes of groups, in parts; each part is valid until the next one is
 * asked for.
 */
export function* encodeGroups(
  groups: Iterable<Group>,
  withAcq: boolean,
): Generator<Uint8Array> {
  let bytes = new Uint8Array(CHUNK_BYTES);
  let view = viewOf(bytes);
  let at = 0;
  const room = (count: number) => at + count <= bytes.length;
  const grow = (count: number) => {
    if (count <= bytes.length) return;
    bytes = new Uint8Array(count);
    view = viewOf(bytes);
  };
  for (const { cid, records, bytes: size } of groups) {
    if (!room(GROUP_HEAD_BYTES)) {
      yield bytes.subarray(0, at);
      at = 0;
    }
    writeGroupHead(view, at, cid, size);
    at += GROUP_HEAD_BYTES;
    for (const { key, payload } of records) {
      const count = putRecordBytes(payload, withAcq);
      if (!room(count)) {
        yield bytes.subarray(0, at);
        at = 0;
        grow(count);
      }
      at = writePutRecord(bytes, view, at, key, payload, withAcq);
    }
  }
  if (at > 0) yield bytes.subarray(0, at);
}
