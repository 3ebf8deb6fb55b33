import { setImmediate } from "node:timers/promises";
import type { KeyRange } from "../wire/key_range.ts";
import { KEY_BYTES, viewOf } from "../wire/message.ts";
import {
  flip32,
  flip64,
  KeyBox,
  type OrderedKey,
  orderedKey,
} from "./ordered_key.ts";
import {
  LARGE_PAYLOAD,
  type RecordPage,
  type RecordStore,
} from "./record_store.ts";

const FEWEST_RECORDS = 32;
const MOST_RECORDS = 4096;
const PAGE_BYTES = 256 * 1024;

/**
 * Sends the records of a range in key order, as they were when it started.
 *
 * Reads a page at a time, so memory is bounded and a slow client waits for
 * itself alone; jumps over keys that are not in the box.
 *
 * @param write Takes a part of the answer; `false` ends it.
 * @returns Whether every part was taken.
 */
export async function replyRecords(
  store: RecordStore,
  range: KeyRange,
  write: (part: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  const box = new KeyBox(range);
  const { lastPut } = store;
  let limit = FEWEST_RECORDS;
  let from: OrderedKey | undefined = orderedKey(range.min);
  while (from !== undefined) {
    const page = store.page(from, lastPut, limit);
    let sent = 0;
    for (const { bytes, count } of pageReply(page, box, store)) {
      if (!await write(bytes)) return false;
      sent += count;
    }
    if (page.sizes.length < limit) return true;
    from = box.next(after(page.lastKey));
    limit = nextLimit(limit, sent, page.bytes.length);
    if (sent === 0) await setImmediate();
  }
  return true;
}

/** Pages are long where most records are asked for, short where few are. */
function nextLimit(limit: number, sent: number, bytes: number): number {
  const longer = sent > limit / 2 && bytes < PAGE_BYTES;
  return longer
    ? Math.min(2 * limit, MOST_RECORDS)
    : Math.max(limit >> 1, FEWEST_RECORDS);
}

/** The records of a page that are in the box, as GET sends them, in parts. */
function* pageReply(
  page: RecordPage,
  box: KeyBox,
  store: RecordStore,
): Generator<{ readonly bytes: Uint8Array; readonly count: number }> {
  const source = viewOf(page.bytes);
  const reply = new Uint8Array(page.bytes.length + 4 * page.sizes.length);
  const target = viewOf(reply);
  let start = 0;
  let at = 0;
  let count = 0;
  let keyAt = 0;
  for (const size of page.sizes) {
    const payloadAt = keyAt + KEY_BYTES;
    const end = payloadAt + (size > LARGE_PAYLOAD ? 0 : size);
    if (box.has(source, keyAt)) {
      wireKey(source, keyAt, target, at + 4);
      count++;
      if (size > LARGE_PAYLOAD) {
        const payload = store.payload(page.bytes.slice(keyAt, payloadAt));
        target.setInt32(at, KEY_BYTES + payload.length, true);
        at += 4 + KEY_BYTES;
        yield { bytes: reply.subarray(start, at), count };
        yield { bytes: payload, count: 0 };
        start = at;
        count = 0;
      } else {
        target.setInt32(at, KEY_BYTES + size, true);
        reply.set(page.bytes.subarray(payloadAt, end), at + 4 + KEY_BYTES);
        at += 4 + KEY_BYTES + size;
      }
    }
    keyAt = end;
  }
  if (at > start) yield { bytes: reply.subarray(start, at), count };
}

function wireKey(
  from: DataView,
  at: number,
  to: DataView,
  target: number,
): void {
  flip32(from, at, false, to, target);
  flip64(from, at + 4, false, to, target + 4);
  flip32(from, at + 12, false, to, target + 12);
  flip64(from, at + 16, false, to, target + 16);
  flip64(from, at + 24, false, to, target + 24);
}

/** The next ordered key, in the order of their bytes. */
function after(key: OrderedKey): OrderedKey {
  const next = key.slice();
  let i = next.length - 1;
  while (i > 0 && next[i] === 255) next[i--] = 0;
  next[i]++;
  return next;
}
