import { deserializeItem, type LineEvent } from "../buffer/mod.ts";
import type { ServerSentEvent } from "./server_sent_events.ts";

/** Pause of a browser before it connects again, in milliseconds. */
const RECONNECT_MILLISECONDS = 500;

/** The position of a reader: the number of an item, and the buffer it is of. */
export interface EventPosition {
  readonly buffer: string;
  /** Number of the item that the reader has not got yet. */
  readonly next: number;
}

/** Turns the events of a buffer into server-sent events. */
export class LineEventEncoder
  extends TransformStream<readonly LineEvent[], ServerSentEvent[]> {
  /** @param buffer Names the buffer in the identifiers. */
  constructor(buffer: string) {
    super({
      transform(events, controller) {
        controller.enqueue(events.map((event) => encodeEvent(event, buffer)));
      },
    });
  }
}

/**
 * Turns server-sent events back into the events of a buffer. Unknown events are
 * left out; an event whose data does not fit its name fails the stream.
 */
export class LineEventDecoder
  extends TransformStream<readonly ServerSentEvent[], LineEvent[]> {
  constructor() {
    super({
      transform(sent, controller) {
        const events = sent.map(decodeEvent).filter((it) => it !== undefined);
        if (events.length > 0) controller.enqueue(events);
      },
    });
  }
}

/** The position that an identifier stands for, if it is one of ours. */
export function decodePosition(id: string | null): EventPosition | undefined {
  const match = /^([\w-]+)-(\d{1,15})$/.exec(id ?? "");
  return match ? { buffer: match[1], next: Number(match[2]) } : undefined;
}

function encodeEvent(event: LineEvent, buffer: string): ServerSentEvent {
  switch (event.kind) {
    case "start":
      return { retry: RECONNECT_MILLISECONDS, id: `${buffer}-${event.next}` };
    case "item":
      return {
        id: `${buffer}-${event.id + 1}`,
        data: JSON.stringify(event.item),
      };
    case "gap":
      return {
        id: `${buffer}-${event.next}`,
        event: "gap",
        data: `${event.dropped}`,
      };
    case "clear":
      return { id: `${buffer}-${event.next}`, event: "clear", data: "{}" };
    case "last":
      return { event: "last", data: JSON.stringify(event.lines) };
  }
}

function decodeEvent(
  { event, data, id = "" }: ServerSentEvent,
): LineEvent | undefined {
  if (data === undefined) return undefined;
  const next = decodePosition(id)?.next ?? 0;
  switch (event) {
    case undefined:
      return {
        kind: "item",
        id: next - 1,
        item: deserializeItem(JSON.parse(data)),
      };
    case "gap":
      return { kind: "gap", dropped: Number(JSON.parse(data)), next };
    case "clear":
      return { kind: "clear", next };
    case "last":
      return { kind: "last", lines: JSON.parse(data) };
    default:
      // A later host may send more.
      return undefined;
  }
}
