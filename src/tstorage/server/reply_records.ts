import { Buffer } from "node:buffer";
import { setTimeout } from "node:timers/promises";
import type { KeyRange } from "../wire/key_range.ts";
import { KEY_BYTES, viewOf } from "../wire/message.ts";
import {
  flip32,
  flip64,
  KeyBox,
  type OrderedKey,
  orderedKey,
} from "./ordered_key.ts";
import { LARGE_PAYLOAD, type RecordPage } from "./record_table.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { Snapshot } from "./snapshot.ts";

const FEWEST_RECORDS = 64;
const MOST_RECORDS = 4096;
const PAGE_BYTES = 256 * 1024;
/** Longest time for which nobody else is served. */
const TURN_MILLISECONDS = 20;
/** Payloads of the first page with which an answer is still a small one. */
const SMALL_ANSWER = 32 * 1024;

/**
 * Sends the records of a range in key order.
 *
 * Reads a page at a time, so memory is bounded and a slow client waits for
 * itself alone; jumps over keys that are not in the box.
 *
 * @param reply Takes the records behind the header that it holds. Ahead of many
 * records the header is sent alone: there are clients, the NumPy one among them,
 * that lose the rest of the answer when the header and a record that is cut off
 * reach them together.
 * @returns Whether every part was taken.
 */
export async function replyRecords(
  snapshot: Snapshot,
  range: KeyRange,
  reply: Pick<ReplyWriter, "write" | "flush">,
): Promise<boolean> {
  const box = new KeyBox(range);
  let limit = FEWEST_RECORDS;
  let from: OrderedKey | undefined = orderedKey(range.min);
  let first = true;
  let turn = performance.now();
  while (from !== undefined) {
    const page = snapshot.page(from, limit);
    if (first && !isSmall(page, limit) && !await reply.flush()) return false;
    first = false;
    const parts = pageReply(page, box, snapshot);
    let part = parts.next();
    for (; !part.done; part = parts.next()) {
      if (!await reply.write(part.value)) return false;
    }
    if (page.sizes.length < limit) return true;
    from = box.next(after(page.lastKey));
    limit = nextLimit(limit, page, box, part.value);
    if (performance.now() - turn < TURN_MILLISECONDS) continue;
    // Sockets get their turn only from a real wait.
    await setTimeout(0);
    turn = performance.now();
  }
  return true;
}

/** Whether a first page is all that there is, and no more than a packet. */
function isSmall({ sizes }: RecordPage, limit: number): boolean {
  return sizes.length < limit &&
    sizes.reduce((sum, size) => sum + size, 0) <= SMALL_ANSWER;
}

/** Pages are short where a jump would pass most of one, else long. */
function nextLimit(
  limit: number,
  page: RecordPage,
  box: KeyBox,
  outside: OrderedKey | undefined,
): number {
  const jump = outside && box.next(outside);
  const passes = jump !== undefined && Buffer.compare(jump, page.lastKey) > 0;
  return passes || page.bytes.length > PAGE_BYTES
    ? Math.max(limit >> 1, FEWEST_RECORDS)
    : Math.min(2 * limit, MOST_RECORDS);
}

/**
 * The records of a page that are in the box, as GET sends them, in parts; at
 * last the first key that is not in the box.
 */
function* pageReply(
  page: RecordPage,
  box: KeyBox,
  snapshot: Snapshot,
): Generator<Uint8Array, OrderedKey | undefined> {
  const source = viewOf(page.bytes);
  const reply = new Uint8Array(page.bytes.length + 4 * page.sizes.length);
  const target = viewOf(reply);
  let start = 0;
  let at = 0;
  let keyAt = 0;
  let outside: number | undefined;
  for (const size of page.sizes) {
    const payloadAt = keyAt + KEY_BYTES;
    const end = payloadAt + (size > LARGE_PAYLOAD ? 0 : size);
    if (box.has(source, keyAt)) {
      wireKey(source, keyAt, target, at + 4);
      if (size > LARGE_PAYLOAD) {
        const payload = snapshot.largePayload(
          page.bytes.slice(keyAt, payloadAt),
        );
        target.setInt32(at, KEY_BYTES + payload.length, true);
        at += 4 + KEY_BYTES;
        yield reply.subarray(start, at);
        yield payload;
        start = at;
      } else {
        target.setInt32(at, KEY_BYTES + size, true);
        reply.set(page.bytes.subarray(payloadAt, end), at + 4 + KEY_BYTES);
        at += 4 + KEY_BYTES + size;
      }
    } else {
      outside ??= keyAt;
    }
    keyAt = end;
  }
  if (at > start) yield reply.subarray(start, at);
  return outside === undefined
    ? undefined
    : page.bytes.slice(outside, outside + KEY_BYTES);
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
