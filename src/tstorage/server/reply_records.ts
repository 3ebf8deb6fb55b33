import { Buffer } from "node:buffer";
import { nextTurn } from "../../internal/mod.ts";
import { LENGTH_BYTES, viewOf, WHOLE_KEY } from "../data/mod.ts";
import type { KeyRange } from "../wire/mod.ts";
import {
  KeyBox,
  type OrderedKey,
  orderedKey,
  writeWireKey,
} from "./ordered_key.ts";
import { LARGE_PAYLOAD, type RecordPage } from "./record_table.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { Snapshot } from "./snapshot.ts";

const KEY_BYTES = WHOLE_KEY.size;
const FEWEST_RECORDS = 64;
const MOST_RECORDS = 4096;
const PAGE_BYTES = 256 * 1024;
/** Longest time for which no other session is served. */
const TURN_MILLISECONDS = 20;
/** Bytes of payloads up to which an answer is a small one. */
const SMALL_ANSWER = 32 * 1024;

/**
 * Sends the records of a range in key order.
 *
 * Reads a page at a time, so memory is bounded and a slow client holds up only
 * itself; jumps over keys outside of the box.
 *
 * @param reply Takes the records behind the header that it holds. The header of
 * many records is sent alone: some clients, such as the NumPy one, lose the rest
 * of the answer when the header and a part of a record arrive together.
 * @returns `false` if the connection was lost.
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
    await nextTurn();
    turn = performance.now();
  }
  return true;
}

/** Whether a first page is the whole answer, and a small one. */
function isSmall({ sizes }: RecordPage, limit: number): boolean {
  return sizes.length < limit &&
    sizes.reduce((sum, size) => sum + size, 0) <= SMALL_ANSWER;
}

/** The next page is shorter if a jump passes most of this one, else longer. */
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
 * Yields the records of a page that are in the box, as GET sends them, in
 * parts; returns the first key that is outside of the box.
 */
function* pageReply(
  page: RecordPage,
  box: KeyBox,
  snapshot: Snapshot,
): Generator<Uint8Array, OrderedKey | undefined> {
  const source = viewOf(page.bytes);
  const reply = new Uint8Array(
    page.bytes.length + LENGTH_BYTES * page.sizes.length,
  );
  const target = viewOf(reply);
  let start = 0;
  let at = 0;
  let keyAt = 0;
  let outside: number | undefined;
  for (const size of page.sizes) {
    const payloadAt = keyAt + KEY_BYTES;
    const end = payloadAt + (size > LARGE_PAYLOAD ? 0 : size);
    if (box.has(source, keyAt)) {
      writeWireKey(source, keyAt, target, at + LENGTH_BYTES);
      if (size > LARGE_PAYLOAD) {
        const payload = snapshot.largePayload(
          page.bytes.slice(keyAt, payloadAt),
        );
        target.setInt32(at, KEY_BYTES + payload.length, true);
        at += LENGTH_BYTES + KEY_BYTES;
        yield reply.subarray(start, at);
        yield payload;
        start = at;
      } else {
        target.setInt32(at, KEY_BYTES + size, true);
        reply.set(
          page.bytes.subarray(payloadAt, end),
          at + LENGTH_BYTES + KEY_BYTES,
        );
        at += LENGTH_BYTES + KEY_BYTES + size;
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

/** The ordered key that comes right after `key`. */
function after(key: OrderedKey): OrderedKey {
  const next = key.slice();
  let i = next.length - 1;
  while (i > 0 && next[i] === 255) next[i--] = 0;
  next[i]++;
  return next;
}
