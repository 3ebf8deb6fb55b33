import type { JournalEvent } from "./event.ts";
import { isEvent } from "./event_check.ts";

/**
 * Encodes an event as the bytes of one append. The leading line break costs a
 * byte and keeps the event whole when the line before it was cut short.
 */
export function encodeEvent(event: JournalEvent): Uint8Array<ArrayBuffer> {
  return encoder.encode(`\n${JSON.stringify(event)}\n`);
}

/**
 * Decodes complete lines. The result is `undefined` for a line that is no event:
 * it was cut short, is of a type that this version does not know, or was not
 * written by a member.
 *
 * Each line is parsed by itself: the events of a line must not depend on the
 * lines that a process happens to read together with it.
 */
export function decodeEvents(
  lines: readonly string[],
): (JournalEvent | undefined)[] {
  return lines.filter((line) => line !== "").map(decodeEvent);
}

/** Decodes one such line. */
export function decodeEvent(line: string): JournalEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();
