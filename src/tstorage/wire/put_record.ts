import { type Key, writeKeyTail } from "../data/key.ts";
import { PUT_KEY_BYTES, PUTA_KEY_BYTES } from "./message.ts";

/** Bytes of a group's head: its `cid` and how many bytes follow. */
export const GROUP_HEAD_BYTES = 8;

/** What ends the groups of a PUT: a negative `cid`. */
export const GROUPS_END = new Uint8Array([255, 255, 255, 255]);

const LENGTH_BYTES = 4;

/** Bytes of a record of PUT or PUTA, its length included. */
export function putRecordBytes(payload: Uint8Array, withAcq: boolean): number {
  return LENGTH_BYTES + (withAcq ? PUTA_KEY_BYTES : PUT_KEY_BYTES) +
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
  writeKeyTail(view, at + LENGTH_BYTES, key);
  if (withAcq) {
    view.setBigInt64(at + LENGTH_BYTES + PUT_KEY_BYTES, key.acq, true);
  }
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
  view.setInt32(at + 4, bytes, true);
}
