import { isPairOpenAt, lengthOfWholeLines } from "../buffer/mod.ts";

/** Most characters of an unfinished line that wait for its end. */
const MOST_UNSENT_CHARS = 65_536;

/**
 * The lines stage of a mirror: takes texts that are split anywhere and gives
 * back what of them can go to the buffer. An aggressive mirror sends every
 * text, any other keeps the unfinished last line until its end is written.
 */
export class MirrorLines {
  readonly #aggressive: boolean;
  #unsent = "";
  /** The last text ended in `\r`: a `\n` that comes first belongs to it. */
  #afterReturn = false;

  constructor(aggressive: boolean) {
    this.#aggressive = aggressive;
  }

  /** The text that waits for the end of its line. */
  get unsent(): string {
    return this.#unsent;
  }

  /** Takes a text, and gives back what goes now: maybe nothing. */
  take(text: string): string {
    const all = this.#unsent + this.#normalize(text);
    const length = this.#lengthToSend(all);
    this.#unsent = all.slice(length);
    return all.slice(0, length);
  }

  /** Gives back the text that waits, which then waits no more. */
  takeUnsent(): string {
    const text = this.#unsent;
    this.#unsent = "";
    return text;
  }

  /**
   * A buffer that gets `\r` at the end of one text and `\n` at the start of the
   * next may see two breaks, so a final `\r` travels as `\n`.
   */
  #normalize(text: string): string {
    if (text === "") return text;
    const belongsToReturn = this.#afterReturn && text.startsWith("\n");
    this.#afterReturn = text.endsWith("\r");
    const start = belongsToReturn ? 1 : 0;
    return this.#afterReturn ? text.slice(start, -1) + "\n" : text.slice(start);
  }

  #lengthToSend(text: string): number {
    // Half a character waits: its other half comes with the next text.
    const whole = isPairOpenAt(text, text.length)
      ? text.length - 1
      : text.length;
    if (this.#aggressive) return whole;
    const length = lengthOfWholeLines(text);
    return text.length - length > MOST_UNSENT_CHARS ? whole : length;
  }
}

/** Whether a text ends inside a line. */
export function isLineOpenAfter(text: string): boolean {
  return lengthOfWholeLines(text) < text.length;
}
