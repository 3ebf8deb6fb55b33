import { charsOf, type LineItem } from "./grouped_message.ts";
import type { LateReader } from "./late_items.ts";
import type { LineHistory } from "./line_history.ts";

/** Most items of one batch, and about how many characters. */
export const MOST_ITEMS = 500;
export const MOST_CHARS: number = 32 * 1024;

/** The items that a buffer shows at one moment. */
export interface ShownItems {
  readonly history: LineHistory;
  /** Number of the first item. */
  readonly first: number;
  /** The last lines, which come after all items. */
  readonly lastLines: readonly string[];
}

/**
 * The items of one moment, in batches that are made when the reader asks. Items
 * that give way meanwhile are kept for it, once for all such readers.
 */
export function itemBatches(shown: ShownItems): ReadableStream<LineItem[]> {
  return new ReadableStream(new ItemBatches(shown), { highWaterMark: 0 });
}

class ItemBatches implements UnderlyingDefaultSource<LineItem[]>, LateReader {
  readonly ownChars: number;
  readonly end: number;
  next: number;
  readonly #history: LineHistory;
  #lastLines: readonly string[];

  constructor({ history, first, lastLines }: ShownItems) {
    this.#history = history;
    this.next = first;
    this.end = history.next;
    this.#lastLines = lastLines;
    this.ownChars = charsIn(lastLines);
    history.late.add(this);
  }

  pull(controller: ReadableStreamDefaultController<LineItem[]>): void {
    try {
      this.#history.late.advance(this);
    } catch (error) {
      this.drop();
      throw error;
    }
    const batch = this.#batch();
    if (batch.length > 0) return controller.enqueue(batch);
    this.#history.late.remove(this);
    controller.close();
  }

  cancel(): void {
    this.#history.late.remove(this);
    this.drop();
  }

  drop(): void {
    this.#lastLines = [];
  }

  #batch(): LineItem[] {
    const items: LineItem[] = [];
    let chars = 0;
    const isFull = () => items.length >= MOST_ITEMS || chars > MOST_CHARS;
    while (this.next < this.end && !isFull()) {
      const item = this.#history.at(this.next++) ?? "";
      chars += charsOf(item);
      items.push(item);
    }
    if (this.next < this.end) return items;
    let lines = 0;
    while (lines < this.#lastLines.length && !isFull()) {
      const line = this.#lastLines[lines++];
      chars += line.length;
      items.push(line);
    }
    this.#lastLines = this.#lastLines.slice(lines);
    return items;
  }
}

function charsIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
