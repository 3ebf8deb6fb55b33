import { denoErrors } from "../../internal/mod.ts";
import { LineAssembler } from "../../streams/mod.ts";

/** Characters that a line counts besides its own, as it takes memory too. */
const LINE_CHARS = 16;

/** One block of an event stream (`text/event-stream` of the HTML standard). */
export interface ServerSentEvent {
  /** Name of the event; items have none. */
  readonly event?: string;
  /** Absent if the block only sets the identifier. */
  readonly data?: string;
  /** Identifier after which a reader that lost its connection goes on. */
  readonly id?: string;
}

/**
 * Reads server-sent events from a text, wherever its chunks are cut. An event
 * that is cut off by the end of the text is left out.
 */
export class EventStreamDecoder
  extends TransformStream<string, ServerSentEvent[]> {
  /**
   * @param maxEventChars Most characters of one event. The stream fails with
   * `Deno.errors.InvalidData` when one has more, whether in one line or in many.
   */
  constructor(maxEventChars: number) {
    const lines = new LineAssembler({
      breaks: /\r\n|\r|\n/,
      maxLineChars: maxEventChars,
    });
    let block: string[] = [];
    let chars = 0;
    super({
      transform(text, controller) {
        const events: ServerSentEvent[] = [];
        for (const line of lines.push(text)) {
          if (line !== "") {
            block.push(line);
            chars += line.length + LINE_CHARS;
            checkLength(chars, maxEventChars);
            continue;
          }
          const event = eventOf(block);
          if (event !== undefined) events.push(event);
          block = [];
          chars = 0;
        }
        if (events.length > 0) controller.enqueue(events);
      },
    });
  }
}

function checkLength(chars: number, most: number): void {
  if (chars <= most) return;
  throw new denoErrors.InvalidData(
    `Cannot read an event: expected at most ${most} characters, found more`,
  );
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
