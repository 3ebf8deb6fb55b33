import {
  checkInteger,
  checkOneOf,
  denoErrors,
  refused,
} from "../../internal/mod.ts";

/** Options for {@linkcode LineAssembler} and {@linkcode LineBatchStream}. */
export interface LineAssemblerOptions {
  /**
   * Matches one line break: single characters, and `\r\n` if that is one break.
   * It has no capturing group.
   *
   * @default {/\r?\n/}
   */
  breaks?: RegExp;
  /**
   * Most characters (UTF-16 code units) of a line that is held back because
   * its end has not come yet; `Infinity` for no limit.
   */
  maxLineChars: number;
  /**
   * With `"refuse"` a longer line is an error; with `"split"` it is handed out in
   * parts, as if each were a line.
   *
   * @default {"refuse"}
   */
  longLines?: "refuse" | "split";
}

/**
 * Puts lines together from texts that are cut anywhere, in time linear in
 * their length. A `\r\n` that is cut in two is one break.
 *
 * @example Lines of three chunks
 * ```ts
 * import { LineAssembler } from "@sluice/sluice/streams";
 *
 * const lines = new LineAssembler({ maxLineChars: 65_536 });
 * lines.push("one\r"); // []
 * lines.push("\ntwo\nthr"); // ["one", "two"]
 * lines.push("ee"); // []
 * lines.finish(); // ["three"]
 * ```
 */
export class LineAssembler {
  readonly #breaks: RegExp;
  readonly #maxLineChars: number;
  readonly #splitsLongLines: boolean;
  readonly #returnBreaks: boolean;
  readonly #returnBegins: boolean;
  #rest = "";
  /** Is prepended to the next text: a `\r` that may be half of a break. */
  #head = "";
  /** The last text ended in a `\r`: a `\n` that comes next belongs to it. */
  #afterReturn = false;

  /**
   * Starts with an empty line.
   *
   * @param options The line breaks and the limit.
   * @throws {TypeError} When `breaks` is not a `RegExp`, `longLines` not one of
   * its values or `maxLineChars` not a number.
   * @throws {RangeError} When `maxLineChars` is not a positive integer.
   */
  constructor(options: LineAssemblerOptions) {
    const { breaks = /\r?\n/, maxLineChars, longLines = "refuse" } = options;
    if (!(breaks instanceof RegExp)) {
      throw refused("breaks", "a RegExp", breaks);
    }
    checkInteger("maxLineChars", maxLineChars, { min: 1, orInfinity: true });
    checkOneOf("longLines", longLines, ["refuse", "split"]);
    this.#breaks = breaks;
    this.#maxLineChars = maxLineChars;
    this.#splitsLongLines = longLines === "split";
    const pairIsOne = "\r\n".split(breaks).length === 2;
    const returnIsOne = "\r".split(breaks).length === 2;
    this.#returnBreaks = returnIsOne && pairIsOne;
    this.#returnBegins = !returnIsOne && "\r\n".split(breaks)[0] === "";
  }

  /** The line whose end has not come yet. */
  get rest(): string {
    return this.#rest + this.#head;
  }

  /**
   * Takes a text and returns the lines that it completes, without their breaks.
   *
   * @param text Any number of lines, partial ones too.
   * @returns The lines, the first of which may have begun in earlier texts.
   * @throws {Deno.errors.InvalidData} When a line is longer than `maxLineChars`
   * and long lines are refused.
   */
  push(text: string): string[] {
    if (text === "") return [];
    const lines = this.#whole(text).split(this.#breaks);
    const rest = lines.pop() ?? "";
    if (lines.length === 0) {
      this.#rest += rest;
    } else {
      lines[0] = this.#rest + lines[0];
      this.#rest = rest;
    }
    if (this.#splitsLongLines) {
      if (this.#rest.length <= this.#maxLineChars) return lines;
      lines.push(this.#rest);
      this.#rest = "";
      return lines;
    }
    for (const line of lines) this.#checkLength(line);
    this.#checkLength(this.#rest);
    return lines;
  }

  /**
   * Takes what has come as the end of the text.
   *
   * @returns The last line, or nothing when it is empty.
   */
  finish(): string[] {
    const { rest } = this;
    this.#rest = "";
    this.#head = "";
    this.#afterReturn = false;
    return rest === "" ? [] : [rest];
  }

  /** The text from where a break may begin, `\r\n` put together again. */
  #whole(text: string): string {
    const endsInReturn = text.endsWith("\r");
    if (this.#returnBreaks) {
      const skips = this.#afterReturn && text.startsWith("\n");
      this.#afterReturn = endsInReturn;
      return skips ? text.slice(1) : text;
    }
    if (!this.#returnBegins) return text;
    const whole = this.#head + text;
    this.#head = endsInReturn ? "\r" : "";
    return endsInReturn ? whole.slice(0, -1) : whole;
  }

  #checkLength(line: string): void {
    if (line.length <= this.#maxLineChars) return;
    throw new denoErrors.InvalidData(
      `Cannot read a line: expected a line break within ${this.#maxLineChars} characters, found none in "${
        line.slice(0, 40)
      }..."`,
    );
  }
}
