import { nextTurn } from "../../internal/mod.ts";
import { LENGTH_BYTES, WHOLE_KEY } from "../data/mod.ts";
import type { KeyRange } from "../wire/mod.ts";
import { KeyBox } from "./runs/mod.ts";
import { ReplyPage } from "./reply_page.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { Snapshot } from "./snapshot.ts";

/** Longest time for which no other session is served. */
const TURN_MILLISECONDS = 20;
/** Records, and bytes of payloads, up to which an answer is a small one. */
const FEW_RECORDS = 63;
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
  const reader = snapshot.read(new KeyBox(range));
  const page = new ReplyPage();
  let stop = page.fill(reader);
  while (stop.why === "late" && isSmall(page)) {
    await nextTurn();
    stop = page.goOn(reader);
  }
  const isWhole = stop.why === "end" && isSmall(page);
  if (!isWhole && !await reply.flush()) return false;
  for (let turn = performance.now();; stop = page.fill(reader)) {
    if (page.records > 0 && !await reply.write(page.bytes)) return false;
    if (stop.why === "end") return true;
    if (stop.why === "large") {
      if (!await reply.write(snapshot.largePayload(stop.id))) return false;
    }
    if (performance.now() - turn < TURN_MILLISECONDS) continue;
    await nextTurn();
    turn = performance.now();
  }
}

/** Whether a page would make a small answer, so far. */
function isSmall({ records, bytes }: ReplyPage): boolean {
  const payloads = bytes.length - records * (LENGTH_BYTES + WHOLE_KEY.size);
  return records <= FEW_RECORDS && payloads <= SMALL_ANSWER;
}
