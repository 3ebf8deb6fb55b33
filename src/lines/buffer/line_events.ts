import { charsOf, GroupedMessage, type LineItem } from "./grouped_message.ts";
import type { LastLines } from "./last_lines.ts";
import type { LineHistory } from "./line_history.ts";
import { MOST_CHARS, MOST_ITEMS } from "./item_batches.ts";

/** Something that happened in a line buffer. */
export type LineEvent =
  /** The stream starts with the item of this number. */
  | { readonly kind: "start"; readonly next: number }
  /** An item was completed; items are numbered in the order they came. */
  | { readonly kind: "item"; readonly id: number; readonly item: LineItem }
  /**
   * The reader lagged: this many items are gone before it could read them, and
   * the stream goes on with the item of this number.
   */
  | { readonly kind: "gap"; readonly dropped: number; readonly next: number }
  /** The buffer was cleared; the next item will have this number. */
  | { readonly kind: "clear"; readonly next: number }
  /** The unfinished last lines are now these. */
  | { readonly kind: "last"; readonly lines: readonly string[] };

/** The parts of a buffer that {@linkcode lineEvents} reads. */
export interface LineEventSource {
  readonly history: LineHistory;
  readonly lastLines: LastLines;
  isClosed(): boolean;
  /** Calls back at each change, until the function it returns is called. */
  watch(notify: () => void): () => void;
}

/**
 * The events of a buffer from item `start` on, as batches. They are made from
 * the items that the buffer keeps when the reader asks: a reader has no queue.
 */
export function lineEvents(
  source: LineEventSource,
  start: number,
): ReadableStream<LineEvent[]> {
  const cursor = new LineCursor(source, start);
  let wake = () => {};
  const unwatch = source.watch(() => wake());

  return new ReadableStream<LineEvent[]>({
    async pull(controller) {
      while (true) {
        const events = cursor.next();
        if (events.length > 0) return controller.enqueue(events);
        if (source.isClosed()) {
          unwatch();
          return controller.close();
        }
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    cancel: unwatch,
  }, { highWaterMark: 0 });
}

/** The items of batches of events; gaps become warnings. */
export function lineItems(): TransformStream<LineEvent[], LineItem> {
  return new TransformStream({
    transform(events, controller) {
      for (const event of events) {
        switch (event.kind) {
          case "item":
            controller.enqueue(event.item);
            break;
          case "gap":
            controller.enqueue(gapWarning(event.dropped));
            break;
          case "start":
          case "clear":
          case "last":
            break;
          default:
            event satisfies never;
        }
      }
    },
  });
}

/** The item that stands for a gap. */
export function gapWarning(dropped: number): GroupedMessage {
  const lines = dropped === 1 ? "1 line was" : `${dropped} lines were`;
  return new GroupedMessage([`${lines} dropped here`], "warning");
}

/** The position of one reader. */
class LineCursor {
  readonly #source: LineEventSource;
  #next: number;
  /** The version of the last lines that the reader has seen. */
  #lastVersion = -1;
  #hasLastLines = false;
  #isStarted = false;

  constructor(source: LineEventSource, start: number) {
    this.#source = source;
    // A larger number is that of an item of another buffer.
    this.#next = Math.min(start, source.history.next);
  }

  /** The events that the reader has not seen yet. */
  next(): LineEvent[] {
    const { history, lastLines } = this.#source;
    const events: LineEvent[] = [];
    if (!this.#isStarted) events.push({ kind: "start", next: this.#next });
    this.#isStarted = true;
    if (this.#next < history.clearedAt) {
      this.#next = history.clearedAt;
      events.push({ kind: "clear", next: this.#next });
    }
    if (this.#next < history.first) {
      const dropped = history.first - this.#next;
      this.#next = history.first;
      events.push({ kind: "gap", dropped, next: this.#next });
    }
    let chars = 0;
    for (const item of history.slice(this.#next, this.#next + MOST_ITEMS)) {
      if (chars > MOST_CHARS) break;
      chars += charsOf(item);
      events.push({ kind: "item", id: this.#next++, item });
    }
    // Unfinished lines come after all that is finished.
    if (this.#next === history.next) this.#pushLastLines(lastLines, events);
    return events;
  }

  #pushLastLines(lastLines: LastLines, events: LineEvent[]): void {
    if (lastLines.version === this.#lastVersion) return;
    this.#lastVersion = lastLines.version;
    const lines = lastLines.texts;
    if (lines.length === 0 && !this.#hasLastLines) return;
    this.#hasLastLines = lines.length > 0;
    events.push({ kind: "last", lines });
  }
}
