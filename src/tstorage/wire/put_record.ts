import {
  GROUP_KEY,
  type Key,
  LENGTH_BYTES,
  PUT_KEY,
  PUTA_KEY,
  writeKeyTail,
} from "../data/mod.ts";

/** Bytes of a group's head: its `cid` and how many bytes follow. */
export const GROUP_HEAD_BYTES: number = GROUP_KEY.size + LENGTH_BYTES;

/** The end of the groups of a PUT: a negative `cid`. */
export const GROUPS_END: Uint8Array = new Uint8Array(GROUP_KEY.size).fill(255);

const { acq: ACQ } = PUTA_KEY.at;

/** Bytes of a record of PUT or PUTA, its length included. */
export function putRecordBytes(payload: Uint8Array, withAcq: boolean): number {
  return LENGTH_BYTES + (withAcq ? PUTA_KEY.size : PUT_KEY.size) +
    payload.length;
}

/** Writes a record of PUT or PUTA at `at`, and returns where it ends. */
export function writePutRecord(
  target: Uint8Array,
  view: DataView,
  at: number,
  key: Key,
  payload: Uint8Array,
  withAcq: boolean,
): number {
  const end = at + putRecordBytes(payload, withAcq);
  view.setInt32(at, end - at - LENGTH_BYTES, true);
  const keyAt = at + LENGTH_BYTES;
  writeKeyTail(view, keyAt, key);
  if (withAcq) view.setBigInt64(keyAt + ACQ, key.acq, true);
  target.set(payload, end - payload.length);
  return end;
}

/** Writes the head of a group at `at`. */
export function writeGroupHead(
  view: DataView,
  at: number,
  cid: number,
  bytes: number,
): void {
  view.setInt32(at, cid, true);
  view.setInt32(at + GROUP_KEY.size, bytes, true);
}
