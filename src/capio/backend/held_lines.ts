import { startTimer, type Timer } from "../../internal/mod.ts";

/** How long a line is held back, in ms. */
const HELD_MILLISECONDS = 500;

/**
 * Hands lines on, the last one a moment later: where a process says with it why
 * it ends, it is the message of the error and not shown twice.
 */
export class HeldLines implements Disposable {
  readonly #print: (line: string) => void;
  #held: string | undefined;
  #last: string | undefined;
  #timer: Timer | undefined;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** The last line, whether it was handed on or not. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Takes the next line. */
  push(line: string): void {
    this.flush();
    this.#held = this.#last = line;
    this.#timer = startTimer(HELD_MILLISECONDS, () => this.flush());
  }

  /** Hands the last line on. */
  flush(): void {
    const line = this.take();
    if (line !== undefined) this.#print(line);
  }

  /** Returns the last line, unless it was handed on, and forgets it. */
  take(): string | undefined {
    clearTimeout(this.#timer);
    const line = this.#held;
    this.#held = undefined;
    return line;
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}
