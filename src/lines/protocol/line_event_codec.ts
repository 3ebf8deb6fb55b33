import { deserializeItem, type LineEvent } from "../buffer/mod.ts";
import { arrayPieces, itemPiecesOf } from "./json_pieces.ts";
import type { ServerSentEvent } from "./server_sent_events.ts";

/** Pause of a browser before it connects again, in milliseconds. */
const RECONNECT_MILLISECONDS = 500;

/** The position of a reader: the number of an item, and the buffer it is of. */
export interface EventPosition {
  readonly buffer: string;
  /** Number of the item that the reader has not got yet. */
  readonly next: number;
}

/**
 * Encodes events as the text of an event stream, in pieces of bounded length
 * that are made when they are asked for.
 *
 * @param buffer Names the buffer in the identifiers.
 */
export function* eventPieces(
  events: readonly LineEvent[],
  buffer: string,
): Generator<string> {
  for (const event of events) {
    switch (event.kind) {
      case "start":
        yield `retry: ${RECONNECT_MILLISECONDS}\nid: ${buffer}-${event.next}`;
        break;
      case "item":
        // JSON has no line breaks, which would end the field.
        yield `id: ${buffer}-${event.id + 1}\ndata: `;
        yield* itemPiecesOf(event.item);
        break;
      case "gap":
        yield `id: ${buffer}-${event.next}\nevent: gap\ndata: ${event.dropped}`;
        break;
      case "clear":
        yield `id: ${buffer}-${event.next}\nevent: clear\ndata: {}`;
        break;
      case "last":
        yield "event: last\ndata: ";
        yield* arrayPieces(event.lines);
        break;
      default:
        event satisfies never;
    }
    yield "\n\n";
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
