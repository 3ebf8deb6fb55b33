/** How the lines of an input are made of its text. */
export interface LineInputOptions {
  /**
   * Ends a line at a line feed only. What else a host takes for the end of a
   * line travels as an escape of JSON, such as `\u2028`: a line of JSON stays
   * one, and has the same value.
   */
  readonly isPosix: boolean;
  /**
   * Keeps of a line that was written over with carriage returns, as progress
   * is, what is left of it at its end.
   */
  readonly isCollapsed: boolean;
}

/** All that ends a line at a host besides the line feed. */
// deno-lint-ignore no-control-regex
const OTHER_BREAKS = /[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/g;

/** Changes the text of an input, wherever it is cut, before it is sent. */
export class LineInput {
  readonly #isPosix: boolean;
  readonly #isCollapsed: boolean;
  /** A `\r` that may belong to a `\n`, or the line that may be written over. */
  #held = "";

  constructor({ isPosix, isCollapsed }: LineInputOptions) {
    this.#isPosix = isPosix;
    this.#isCollapsed = isCollapsed;
  }

  /** The text to send for the next one of the input. */
  next(text: string): string {
    if (!this.#isPosix && !this.#isCollapsed) return text;
    const all = this.#held + text;
    const lines = all.split(/\r?\n/);
    const last = lines.pop() ?? "";
    const ready = lines.map((line) => `${this.#whole(line)}\n`).join("");
    if (this.#isCollapsed) {
      // What was written over is not needed any more.
      const written = last.replace(/^[^]*\r(?=[^\r])/, "");
      this.#held = written;
      return ready;
    }
    this.#held = last.endsWith("\r") ? "\r" : "";
    return ready + this.#whole(last.slice(0, last.length - this.#held.length));
  }

  /** The text to send at the end of the input. */
  rest(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#whole(rest.replace(/\r+$/, ""));
  }

  #whole(line: string): string {
    const written = this.#isCollapsed
      ? line.replace(/\r+$/, "").replace(/^[^]*\r/, "")
      : line;
    return this.#isPosix ? written.replace(OTHER_BREAKS, escaped) : written;
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
