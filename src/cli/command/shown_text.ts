import { terminalText, type TerminalTextOptions } from "../../internal/mod.ts";

/**
 * Makes data from elsewhere safe to print on standard output: names, lines,
 * values. Only a terminal obeys control characters; another program gets the
 * data as it is.
 */
export function shownText(text: string, options?: TerminalTextOptions): string {
  return Deno.stdout.isTerminal() ? terminalText(text, options) : text;
}

/** The begin of a style, the rest of which may come with the next bytes. */
// deno-lint-ignore no-control-regex
const BEGUN_STYLE = /\x1b(?:\[[\d;:]{0,40})?$/;

/**
 * Makes bytes of a text safe to print on standard output, as
 * {@linkcode shownText} does texts, wherever they are cut. Breaks stay, and
 * colours unless `colors` is `false`.
 */
export class ShownBytes {
  readonly #decoder = new TextDecoder();
  readonly #isTerminal: boolean = Deno.stdout.isTerminal();
  readonly #colors: boolean;
  #held = "";

  constructor({ colors = true }: Pick<TerminalTextOptions, "colors"> = {}) {
    this.#colors = colors;
  }

  /** The bytes to print for the next ones of the text. */
  next(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (!this.#isTerminal) return bytes;
    const text = this.#held + this.#decoder.decode(bytes, { stream: true });
    this.#held = BEGUN_STYLE.exec(text)?.[0] ?? "";
    return this.#encode(text.slice(0, text.length - this.#held.length));
  }

  /** The bytes to print at the end of the text. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#encode(this.#held + this.#decoder.decode());
  }

  #encode(text: string): Uint8Array<ArrayBuffer> {
    const options = { breaks: true, colors: this.#colors };
    return new TextEncoder().encode(terminalText(text, options));
  }
}
