import type { JournalEvent } from "./event.ts";
import { isEvent } from "./event_check.ts";
import { PlainLineReader } from "./plain_line_reader.ts";

/**
 * Encodes an event as the bytes of one append. The leading line break costs a
 * byte and keeps the event whole when the line before it was cut short.
 */
export function encodeEvent(event: JournalEvent): Uint8Array<ArrayBuffer> {
  return encoder.encode(`\n${JSON.stringify(event)}\n`);
}

/** Decodes the lines of a journal, one after the other. */
export class EventDecoder {
  readonly #plainLines = new PlainLineReader();
  /** A byte order mark is kept: at the start of a line it makes no event. */
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #lines = new Uint8Array();
  #position = 0;

  /** Decodes these complete lines next, each with its line break. */
  take(lines: Uint8Array<ArrayBuffer>): void {
    this.#lines = lines;
    this.#position = 0;
  }

  /** Tells whether there is another line that is not empty. */
  hasNext(): boolean {
    while (this.#lines[this.#position] === LINE_FEED) this.#position++;
    return this.#position < this.#lines.length;
  }

  /**
   * Decodes the next line. The result is `undefined` when it is no event: it was
   * cut short, is of a type that this version does not know, or was not written by
   * a member.
   *
   * Each line is parsed by itself: the events of a line must not depend on the
   * lines that a process happens to read together with it.
   */
  next(): JournalEvent | undefined {
    const lines = this.#lines;
    const start = this.#position;
    const event = this.#plainLines.read(lines, start);
    if (event) {
      this.#position = this.#plainLines.end;
      return event;
    }
    const end = lines.indexOf(LINE_FEED, start);
    this.#position = end + 1;
    return decodeEvent(this.#decoder.decode(lines.subarray(start, end)));
  }

  /** How many bytes of these lines have not been decoded. */
  get left(): number {
    return this.#lines.length - this.#position;
  }
}

/** Decodes a line without its line break, as {@linkcode EventDecoder} does. */
export function decodeEvent(line: string): JournalEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const LINE_FEED = 10;
const encoder = new TextEncoder();
