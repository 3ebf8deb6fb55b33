import { GroupedMessage, type LineItem } from "./grouped_message.ts";
import { lengthOfWholeCharacters, splitAtBreaks } from "./line_breaks.ts";
import { ownText } from "./own_text.ts";

/** Most writers whose unfinished lines are told apart. */
const MOST_WRITERS = 1024;

interface LastLine {
  text: string;
  /** The text ended in `\r`: a `\n` that comes next belongs to it. */
  afterReturn: boolean;
  /** The line was too long: its begin is stored, and its rest left out. */
  cut: boolean;
}

/**
 * The unfinished last line of each writer of a buffer: takes texts that are cut
 * anywhere and returns the items that they complete.
 */
export class LastLines {
  readonly #maxLineChars: number;
  readonly #maxChars: number;
  /** Least recently used writer first. */
  readonly #lines = new Map<string, LastLine>();
  #chars = 0;
  #version = 0;

  constructor(maxLineChars: number, maxChars: number) {
    this.#maxLineChars = maxLineChars;
    this.#maxChars = maxChars;
  }

  /** Another number whenever {@linkcode texts} are others. */
  get version(): number {
    return this.#version;
  }

  /** The lines that are not empty, the one that was written last at the end. */
  get texts(): string[] {
    const texts: string[] = [];
    for (const { text } of this.#lines.values()) {
      if (text !== "") texts.push(text);
    }
    return texts;
  }

  /** Takes a text, and returns the items that it completes. */
  write(writer: string, text: string): LineItem[] {
    const items: LineItem[] = [];
    if (text === "") return items;
    const last = this.#use(writer, items);
    const wasEmpty = last.text === "";
    const belongsToReturn = last.afterReturn && text.startsWith("\n");
    last.afterReturn = text.endsWith("\r");

    const lines = splitAtBreaks(belongsToReturn ? text.slice(1) : text);
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      if (last.text === "" && !last.cut && line.length <= this.#maxLineChars) {
        // Nearly every line: this text begins and completes it.
        items.push(line);
        continue;
      }
      this.#append(last, line, items);
      this.#complete(last, items);
    }
    this.#append(last, lines.length > 0 ? ownText(rest) : rest, items);
    if (!wasEmpty || last.text !== "") this.#version++;
    this.#completeOldest(items);
    return items;
  }

  /** Completes the last line of a writer when it is not empty. */
  complete(writer: string): LineItem[] {
    const items: LineItem[] = [];
    const last = this.#lines.get(writer);
    // After a `\r` the line is complete already, and its `\n` may still come.
    if (last === undefined || last.afterReturn) return items;
    if (last.text !== "") {
      this.#complete(last, items);
      this.#version++;
    }
    this.#lines.delete(writer);
    return items;
  }

  clear(): void {
    this.#lines.clear();
    this.#chars = 0;
    this.#version++;
  }

  #use(writer: string, items: LineItem[]): LastLine {
    const known = this.#lines.get(writer);
    if (known !== undefined) this.#lines.delete(writer);
    const line = known ?? { text: "", afterReturn: false, cut: false };
    this.#lines.set(writer, line);
    if (this.#lines.size > MOST_WRITERS) this.#forgetOldest(items);
    return line;
  }

  #append(last: LastLine, text: string, items: LineItem[]): void {
    if (last.cut || text === "") return;
    this.#chars += text.length;
    last.text += text;
    const limit = this.#maxLineChars;
    if (last.text.length <= limit) return;

    const whole = last.text;
    this.#complete(last, items);
    items.pop();
    items.push(
      whole.slice(0, lengthOfWholeCharacters(whole, limit)),
      new GroupedMessage(
        [`The line before this one is cut after ${limit} characters`],
        "warning",
      ),
    );
    last.cut = true;
  }

  #complete(last: LastLine, items: LineItem[]): void {
    if (!last.cut) items.push(last.text);
    this.#chars -= last.text.length;
    last.text = "";
    last.cut = false;
  }

  /** Keeps all unfinished lines together within the limit of the buffer. */
  #completeOldest(items: LineItem[]): void {
    while (this.#chars > this.#maxChars) this.#forgetOldest(items);
  }

  #forgetOldest(items: LineItem[]): void {
    const [oldest] = this.#lines.keys();
    items.push(...this.complete(oldest));
    this.#lines.delete(oldest);
  }
}
