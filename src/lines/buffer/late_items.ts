import { charsOf, type LineItem } from "./grouped_message.ts";
import { LinesError } from "./lines_error.ts";

/** A reader of items that may give way to newer ones before it has got them. */
export interface LateReader {
  /** Number of the item that it gets next. */
  readonly next: number;
  /** Number after that of its last item. */
  readonly end: number;
  /** Characters that it keeps in memory by itself. */
  readonly ownChars: number;
  /** Makes it forget what it keeps, when it was too slow. */
  drop(): void;
}

/**
 * The items that a buffer no longer keeps and that readers have yet to get. All
 * readers share them; beyond `maxChars` characters the readers that have taken
 * nothing for the longest time are dropped.
 */
export class LateItems {
  readonly #maxChars: number;
  readonly #items = new Map<number, LineItem>();
  /** The reader that has taken nothing for the longest time comes first. */
  readonly #readers = new Set<LateReader>();
  #chars = 0;
  /** Every item that a reader has yet to get has a number from here ... */
  #from = Infinity;
  /** ... to before here. */
  #to = 0;
  /** Number of the last item that was taken. */
  #last = -1;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** Takes an item that gives way, if a reader has yet to get it. */
  take(number: number, item: LineItem): void {
    if (number < this.#from || number >= this.#to) return;
    this.#items.set(number, item);
    this.#last = number;
    this.#chars += charsOf(item);
    this.#dropReaders();
  }

  get(number: number): LineItem | undefined {
    return this.#items.get(number);
  }

  add(reader: LateReader): void {
    this.#readers.add(reader);
    this.#chars += reader.ownChars;
    this.#forgetItems();
    this.#dropReaders(reader);
  }

  /**
   * Notes that a reader has come for more items.
   *
   * @throws {LinesError} If the reader was dropped.
   */
  advance(reader: LateReader): void {
    if (!this.#readers.delete(reader)) {
      throw new LinesError(
        "LAGGED",
        "Cannot read on: the buffer dropped a reader that took its items too " +
          "slowly, read again",
      );
    }
    this.#readers.add(reader);
    this.#forgetItems();
  }

  remove(reader: LateReader): void {
    if (!this.#readers.delete(reader)) return;
    this.#chars -= reader.ownChars;
    this.#forgetItems();
  }

  /** Drops readers that keep something in memory, but not the given one. */
  #dropReaders(spared?: LateReader): void {
    for (const reader of this.#readers) {
      if (this.#chars <= this.#maxChars) return;
      const isHolding = reader.ownChars > 0 || reader.next <= this.#last;
      if (!isHolding || reader === spared) continue;
      this.remove(reader);
      reader.drop();
    }
  }

  /** Forgets the items that no reader needs any more. */
  #forgetItems(): void {
    this.#from = Infinity;
    this.#to = 0;
    for (const { next, end } of this.#readers) {
      this.#from = Math.min(this.#from, next);
      this.#to = Math.max(this.#to, end);
    }
    for (const [number, item] of this.#items) {
      // They are in the order of their numbers.
      if (number >= this.#from) return;
      this.#items.delete(number);
      this.#chars -= charsOf(item);
    }
  }
}
