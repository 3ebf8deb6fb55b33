import { GROUP_KEY, LENGTH_BYTES } from "../data/mod.ts";

/** Bytes of a group's head: its `cid` and how many bytes follow. */
export const GROUP_HEAD_BYTES: number = GROUP_KEY.size + LENGTH_BYTES;

/** The end of the groups of a PUT: a negative `cid`. */
export const GROUPS_END: Uint8Array = new Uint8Array(GROUP_KEY.size).fill(255);

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
