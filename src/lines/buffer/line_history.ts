import { charsOf, type LineItem } from "./grouped_message.ts";
import { LateItems } from "./late_items.ts";
import { ownText } from "./own_text.ts";

/**
 * The completed items of a buffer, numbered from 0 on in the order in which
 * they came. Keeps the last `capacity` of them and at most `maxChars`
 * characters; the buffer shows the last `maxlen` of those.
 */
export class LineHistory {
  /** The items that gave way while readers had yet to get them. */
  readonly late: LateItems;
  readonly #maxlen: number;
  readonly #capacity: number;
  readonly #maxChars: number;
  /** `#items[#head]` is the oldest; those before it are gone. */
  #items: (LineItem | undefined)[] = [];
  #head = 0;
  #chars = 0;
  #next = 0;
  #clearedAt = 0;

  constructor(maxlen: number, capacity: number, maxChars: number) {
    this.#maxlen = maxlen;
    this.#capacity = capacity;
    this.#maxChars = maxChars;
    this.late = new LateItems(maxChars / 2);
  }

  /** Number of the oldest item that is kept. */
  get first(): number {
    return this.#next - (this.#items.length - this.#head);
  }

  /** Number of the oldest item that the buffer shows. */
  get firstShown(): number {
    return Math.max(this.first, this.#next - this.#maxlen);
  }

  /** Number that the next item gets. */
  get next(): number {
    return this.#next;
  }

  /** Number of the first item after the last {@linkcode clear}. */
  get clearedAt(): number {
    return this.#clearedAt;
  }

  /** How many items since the last {@linkcode clear} are no longer shown. */
  get dropped(): number {
    return this.firstShown - this.#clearedAt;
  }

  /** The kept items from number `from` to before number `to`. */
  slice(from: number, to: number): LineItem[] {
    const offset = this.#offset;
    return this.#items.slice(from + offset, to + offset) as LineItem[];
  }

  /** The item of a number, as long as it is kept or a reader has yet to get it. */
  at(number: number): LineItem | undefined {
    return number < this.first
      ? this.late.get(number)
      : this.#items[this.#offset + number];
  }

  /**
   * Adds items.
   *
   * @param items The items, in order.
   * @param sourceChars Length of the text that they were cut out of.
   */
  push(items: readonly LineItem[], sourceChars: number): void {
    const kept = items.length > this.#capacity
      ? items.slice(-this.#capacity)
      : items;
    let chars = 0;
    for (const item of kept) chars += charsOf(item);
    // A line cut out of a text keeps the whole text in memory, which is a waste
    // when most other lines of the text are not kept.
    const isWasteful = chars < sourceChars / 2;
    for (const item of kept) {
      this.#items.push(isWasteful ? ownItem(item) : item);
    }
    this.#chars += chars;
    this.#next += items.length;
    this.#evict();
  }

  /**
   * Removes all items. The clearing takes a number as an item does, so that a
   * reader that comes back with an older number is told of it.
   */
  clear(): void {
    for (let number = this.first; number < this.#next; number++) {
      this.late.take(number, this.#items[this.#offset + number] ?? "");
    }
    this.#items = [];
    this.#head = 0;
    this.#chars = 0;
    this.#clearedAt = ++this.#next;
  }

  /** Index of the item 0 in `#items`. */
  get #offset(): number {
    return this.#head - this.first;
  }

  #evict(): void {
    while (
      this.#items.length - this.#head > this.#capacity ||
      this.#chars > this.#maxChars
    ) {
      const item = this.#items[this.#head] ?? "";
      this.late.take(this.first, item);
      this.#chars -= charsOf(item);
      this.#items[this.#head++] = undefined;
    }
    // Moves each item once for every `capacity` that are pushed.
    if (this.#head <= this.#capacity) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}

function ownItem(item: LineItem): LineItem {
  return typeof item === "string" ? ownText(item) : item;
}
