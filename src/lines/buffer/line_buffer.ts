import {
  checkBoolean,
  checkInteger,
  checkSignal,
  checkString,
} from "../../internal/mod.ts";
import {
  checkMessage,
  type GroupedMessage,
  type LineItem,
} from "./grouped_message.ts";
import { itemBatches } from "./item_batches.ts";
import { LastLines } from "./last_lines.ts";
import { type LineEvent, lineEvents, lineItems } from "./line_events.ts";
import { LineHistory } from "./line_history.ts";
import { LineIO } from "./line_io.ts";
import { LinesError } from "./lines_error.ts";

/** Options for {@linkcode LineBuffer}. */
export interface LineBufferOptions {
  /**
   * Most items that the buffer shows, a positive integer.
   *
   * @default {20}
   */
  maxlen?: number;
  /**
   * Most characters (UTF-16 code units) of one line. The rest of a longer line
   * is left out, and a warning item after the line says so.
   *
   * @default {65_536}
   */
  maxLineChars?: number;
  /**
   * Most characters (UTF-16 code units) that the buffer holds in all: beyond
   * it the oldest items go, however few they are. Each line of a message counts
   * 16 characters more.
   *
   * @default {16_777_216}
   */
  maxChars?: number;
  /**
   * Most items kept for live readers that lag or reconnect; at least `maxlen`
   * items are kept.
   *
   * @default {10_000}
   */
  backlog?: number;
}

/** Options for {@linkcode LineBuffer.lines}. */
export interface LiveLinesOptions {
  /**
   * Starts the stream with the items that the buffer shows already, instead of
   * with those to come.
   *
   * @default {false}
   */
  stored?: boolean;
  /** Ends the stream: reading it then fails with the signal's reason. */
  signal?: AbortSignal;
}

/** Options for {@linkcode LineBuffer.events}. */
export interface LineEventsOptions extends LiveLinesOptions {
  /** Number of the item to start with, in place of `stored`. */
  next?: number;
}

/**
 * Keeps the last items written to it, and one unfinished last line for each
 * writer. The semantics are those of `LineBuffer` of syncstream 1.2: line
 * breaks are those of Python's `str.splitlines`, and `\r\n` is one break also
 * when a write ends between the two.
 *
 * Import it from `@sluice/sluice/lines`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts
 * import { LineBuffer } from "@sluice/sluice/lines";
 *
 * const buffer = new LineBuffer({ maxlen: 2 });
 * buffer.write("one\ntwo\nthr");
 * buffer.read(); // ["two", "thr"]
 * buffer.write("ee\n");
 * buffer.read(); // ["two", "three"]
 * ```
 */
export class LineBuffer extends LineIO {
  /** Most items that the buffer shows. */
  readonly maxlen: number;
  readonly #history: LineHistory;
  readonly #lastLines: LastLines;
  readonly #watchers = new Set<() => void>();
  #closed = false;

  /**
   * Starts empty.
   *
   * @param options Limits of the buffer.
   * @throws {TypeError} If a limit is not a number.
   * @throws {RangeError} If a limit is not a positive integer.
   */
  constructor(options: LineBufferOptions = {}) {
    super();
    const {
      maxlen = 20,
      maxLineChars = 65_536,
      maxChars = 16_777_216,
      backlog = 10_000,
    } = options;
    const limits = { maxlen, maxLineChars, maxChars, backlog };
    for (const [name, limit] of Object.entries(limits)) {
      checkInteger(name, limit, { min: 1 });
    }
    this.maxlen = maxlen;
    this.#history = new LineHistory(
      maxlen,
      Math.max(maxlen, backlog),
      maxChars,
    );
    this.#lastLines = new LastLines(maxLineChars, maxChars);
  }

  /** How many items {@linkcode read} returns. */
  get length(): number {
    const shown = this.#history.next - this.#history.firstShown;
    return Math.min(this.maxlen, shown + this.#lastLines.texts.length);
  }

  /** How many items gave way to newer ones since the last clearing. */
  get dropped(): number {
    return this.#history.dropped;
  }

  /** Whether the buffer is closed. */
  override get closed(): boolean {
    return this.#closed;
  }

  /**
   * Appends a text. Each line that it completes becomes an item, without its
   * break; the rest stays as the last line.
   *
   * @param text Any number of lines, partial ones too.
   * @param writer Name of the writer, whose last line the text continues.
   * @returns The number of characters (UTF-16 code units) taken: all of them.
   * @throws {LinesError} If the buffer is closed.
   */
  write(text: string, writer = ""): number {
    checkString("text", text);
    this.#assertOpen("write to");
    this.#push(this.#lastLines.write(writer, text), text.length);
    return text.length;
  }

  /**
   * Completes the last line and stores a message as one item.
   *
   * @param message The message.
   * @param writer Name of the writer, whose last line is completed.
   * @throws {LinesError} If the buffer is closed.
   */
  append(message: GroupedMessage, writer = ""): void {
    checkMessage(message);
    this.#assertOpen("write to");
    this.#push([...this.#lastLines.complete(writer), message]);
  }

  /**
   * Completes the last line when it is not empty.
   *
   * @param writer Name of the writer, whose last line is completed.
   * @throws {LinesError} If the buffer is closed.
   */
  newLine(writer = ""): void {
    this.#assertOpen("write to");
    this.#push(this.#lastLines.complete(writer));
  }

  /**
   * The items, oldest first, then the last lines that are not empty: at most
   * `maxlen` in all, the newest.
   *
   * @param size Return only the last `size` of them; 0 or less returns no item.
   * @returns The items.
   * @throws {TypeError} If the size is not a number.
   * @throws {RangeError} If the size is not an integer.
   * @throws {LinesError} If the buffer is closed.
   */
  read(size: number = this.maxlen): LineItem[] {
    checkInteger("size", size);
    this.#assertOpen("read");
    const count = Math.min(size, this.maxlen);
    if (count <= 0) return [];
    const { first, next } = this.#history;
    const newest = this.#history.slice(Math.max(first, next - count), next);
    return [...newest, ...this.#lastLines.texts].slice(-count);
  }

  /**
   * The items that {@linkcode read} returns, as a stream of batches. Each batch
   * is made when the reader asks for it, so a large buffer costs a reader that
   * stalls next to nothing.
   *
   * Items that give way meanwhile are kept until the reader has got them, once
   * for all readers. Together they take at most half of `maxChars` characters;
   * beyond it the reader that has taken nothing for the longest time is dropped: reading
   * then fails with the code `"LAGGED"`.
   *
   * @example Usage
   * ```ts
   * import { LineBuffer } from "@sluice/sluice/lines";
   *
   * const buffer = new LineBuffer({ maxlen: 100_000 });
   * buffer.write("one\ntwo\n");
   * for await (const batch of buffer.batches()) console.log(batch);
   * // [ "one", "two" ]
   * ```
   *
   * @param size Return only the last `size` items; 0 or less returns no item.
   * @returns A stream that ends after the last item of now.
   * @throws {TypeError} If the size is not a number.
   * @throws {RangeError} If the size is not an integer.
   * @throws {LinesError} If the buffer is closed.
   */
  batches(size: number = this.maxlen): ReadableStream<LineItem[]> {
    checkInteger("size", size);
    this.#assertOpen("read");
    const count = Math.max(0, Math.min(size, this.maxlen));
    const texts = this.#lastLines.texts;
    const lastLines = texts.slice(Math.max(0, texts.length - count));
    const { first, next } = this.#history;
    return itemBatches({
      history: this.#history,
      first: Math.max(first, next - count + lastLines.length),
      lastLines,
    });
  }

  /**
   * Empties the buffer: items and last lines.
   *
   * @throws {LinesError} If the buffer is closed.
   */
  clear(): void {
    this.#assertOpen("clear");
    this.#history.clear();
    this.#lastLines.clear();
    this.#notify();
  }

  /**
   * A stream of the completed items as they come. A reader that lags by more
   * than the backlog gets a warning item in place of those it misses.
   *
   * @param options Where to start.
   * @returns A stream that ends when the buffer is closed.
   * @throws {LinesError} If the buffer is closed.
   */
  lines(options: LiveLinesOptions = {}): ReadableStream<LineItem> {
    return this.events(options).pipeThrough(lineItems());
  }

  /**
   * The events of the buffer, in batches: items, gaps, clearings and the
   * unfinished last lines. Nothing is queued for a reader that lags.
   *
   * @param options Where to start.
   * @returns A stream that ends when the buffer is closed.
   * @throws {LinesError} If the buffer is closed.
   */
  events(options: LineEventsOptions = {}): ReadableStream<LineEvent[]> {
    this.#assertOpen("read");
    const { stored = false, next, signal } = options;
    checkBoolean("stored", stored);
    if (next !== undefined) checkInteger("next", next, { min: 0 });
    checkSignal("signal", signal);
    const start = stored ? this.#history.firstShown : this.#history.next;
    const events = lineEvents({
      history: this.#history,
      lastLines: this.#lastLines,
      isClosed: () => this.#closed,
      watch: (notify) => {
        this.#watchers.add(notify);
        return () => this.#watchers.delete(notify);
      },
    }, next ?? start);
    return signal === undefined
      ? events
      : events.pipeThrough(new TransformStream(), { signal });
  }

  /** A stream that writes its texts, and completes the last line at its end. */
  get writable(): WritableStream<string> {
    return new WritableStream({
      write: (text) => void this.write(text),
      close: () => this.newLine(),
    });
  }

  /** Closes the buffer: live streams end, and reading and writing are errors. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /** Closes the buffer. */
  [Symbol.dispose](): void {
    this.close();
  }

  #push(items: readonly LineItem[], sourceChars = 0): void {
    this.#history.push(items, sourceChars);
    this.#notify();
  }

  #notify(): void {
    for (const notify of this.#watchers) notify();
  }

  #assertOpen(action: string): void {
    if (!this.#closed) return;
    throw new LinesError(
      "CLOSED",
      `Cannot ${action} a line buffer once closed`,
    );
  }
}
