import { LineAssembler } from "../../streams/mod.ts";

/** Most characters of a line of an event stream: a host sends no longer one. */
const MOST_LINE_CHARS = 64 * 1024 * 1024;

/** A block without meaning, which shows that the connection is alive. */
export const EVENT_STREAM_HEARTBEAT = ":\n\n";

/** One block of an event stream (`text/event-stream` of the HTML standard). */
export interface ServerSentEvent {
  /** Name of the event; items have none. */
  readonly event?: string;
  /** Absent if the block only sets the identifier. */
  readonly data?: string;
  /** Identifier after which a reader that lost its connection goes on. */
  readonly id?: string;
  /** Pause of a browser before it connects again, in milliseconds. */
  readonly retry?: number;
}

/** Writes server-sent events as the text of an event stream. */
export class EventStreamEncoder
  extends TransformStream<readonly ServerSentEvent[], string> {
  constructor() {
    super({
      transform(events, controller) {
        controller.enqueue(events.map(textOf).join(""));
      },
    });
  }
}

/**
 * Reads server-sent events from a text, wherever its chunks are cut. An event
 * that is cut off by the end of the text is left out.
 */
export class EventStreamDecoder
  extends TransformStream<string, ServerSentEvent[]> {
  constructor() {
    const lines = new LineAssembler({
      breaks: /\r\n|\r|\n/,
      maxLineChars: MOST_LINE_CHARS,
    });
    let block: string[] = [];
    super({
      transform(text, controller) {
        const events: ServerSentEvent[] = [];
        for (const line of lines.push(text)) {
          if (line !== "") {
            block.push(line);
            continue;
          }
          const event = eventOf(block);
          if (event !== undefined) events.push(event);
          block = [];
        }
        if (events.length > 0) controller.enqueue(events);
      },
    });
  }
}

function textOf({ event, data, id, retry }: ServerSentEvent): string {
  let text = "";
  if (retry !== undefined) text += `retry: ${retry}\n`;
  if (id !== undefined) text += `id: ${id}\n`;
  if (event !== undefined) text += `event: ${event}\n`;
  if (data !== undefined) {
    text += `data: ${data.replaceAll("\n", "\ndata: ")}\n`;
  }
  return text + "\n";
}

/** The event of a block; nothing for a comment. */
function eventOf(block: readonly string[]): ServerSentEvent | undefined {
  let id: string | undefined;
  let event: string | undefined;
  let data: string | undefined;
  for (const line of block) {
    const [name, value] = fieldOf(line);
    if (name === "id") id = value;
    if (name === "event") event = value || undefined;
    if (name === "data") {
      data = data === undefined ? value : `${data}\n${value}`;
    }
  }
  if (id === undefined && data === undefined) return undefined;
  return { event, data, id };
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const start = line[colon + 1] === " " ? colon + 2 : colon + 1;
  return [line.slice(0, colon), line.slice(start)];
}
