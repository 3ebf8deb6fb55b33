import { isInTime } from "../../internal/mod.ts";
import {
  type LineHostMirror,
  type LineItem,
  LinesError,
  StopIteration,
} from "../../lines/mod.ts";

/** Most characters that wait for the host before the input is held back. */
const MOST_WAITING_CHARS = 4 * 1024 * 1024;

/** Longest time that a host may take nothing before the input goes on, in ms. */
const PATIENCE_MILLISECONDS = 2_000;

/** Time to send what waits after Ctrl-C, in ms. */
const LAST_MILLISECONDS = 3_000;

/** Options of a {@linkcode LineSender}. */
export interface LineSenderOptions {
  /**
   * Goes on with the input when the host takes nothing for a while, and leaves
   * out what it lags behind. Else the input waits for the host.
   */
  readonly leavesOut: boolean;
  /** Is called when the host has taken a text. */
  readonly sent?: () => void;
}

/**
 * Sends texts to a host, whatever happens to it: a failure never reaches the
 * input. What could not be sent is counted, and each new text is tried again.
 */
export class LineSender {
  readonly #mirror: LineHostMirror;
  readonly #leavesOut: boolean;
  readonly #sent: () => void;
  /** Failures whose lines are counted: one can reach several texts. */
  readonly #counted = new WeakSet<LinesError>();
  #waitingChars = 0;
  #lastProgress = 0;
  #progressed = Promise.withResolvers<void>();
  /** The text that was left out last did not end its line. */
  #isLeavingOut = false;
  #isStopped = false;
  #hasFailed = false;
  #lostLines = 0;
  #failure: LinesError | undefined;

  constructor(
    mirror: LineHostMirror,
    { leavesOut, sent = () => {} }: LineSenderOptions,
  ) {
    this.#mirror = mirror;
    this.#leavesOut = leavesOut;
    this.#sent = sent;
  }

  /** The host has asked its mirrors to stop: nothing more is sent. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Sends a text; resolves when the next one may come, which never fails. */
  async send(text: string): Promise<void> {
    if (this.#isStopped || text === "") return;
    const rest = this.#isLeavingOut ? this.#resumed(text) : text;
    if (rest === "") return;
    if (this.#waitingChars === 0) this.#lastProgress = performance.now();
    this.#waitingChars += rest.length;
    this.#mirror.write(rest)
      .then(() => this.#succeed(), (error) => this.#fail(error))
      .finally(() => this.#progress(rest.length));
    await this.#drained();
  }

  /**
   * Sends what waits and the end of the input.
   *
   * @param isInterrupted Whether there is only a moment left.
   * @throws {Error} If lines could not be sent; the message counts them.
   */
  async end(isInterrupted: boolean): Promise<void> {
    if (!this.#isStopped && !isInterrupted) {
      await this.#mirror.flush().catch((error) => this.#fail(error));
    }
    // A host that is not there need not be told.
    const signal = this.#hasFailed || this.#isStopped
      ? AbortSignal.abort()
      : isInterrupted
      ? AbortSignal.timeout(LAST_MILLISECONDS)
      : undefined;
    try {
      await this.#mirror.close(undefined, { signal });
    } catch (error) {
      if (!this.#isStopped && !this.#hasFailed) this.#fail(error);
    }
    if (this.#failure === undefined) return;
    const lines = this.#lostLines === 1 ? "line" : "lines";
    const what = this.#lostLines === 0
      ? "the end of the input"
      : `${this.#lostLines} ${lines}`;
    throw new Error(
      `Cannot send ${what} to the host: ${this.#failure.message}`,
      { cause: this.#failure },
    );
  }

  /** Waits until less waits, as long as the host takes anything. */
  async #drained(): Promise<void> {
    while (this.#waitingChars > MOST_WAITING_CHARS) {
      const { promise } = this.#progressed;
      if (!this.#leavesOut) {
        await promise;
        continue;
      }
      const patience = PATIENCE_MILLISECONDS -
        (performance.now() - this.#lastProgress);
      if (patience <= 0) {
        this.#isLeavingOut = true;
        return;
      }
      await isInTime(promise, patience);
    }
  }

  /** The part of a text from which on lines are sent again. */
  #resumed(text: string): string {
    if (this.#waitingChars > MOST_WAITING_CHARS) {
      this.#leaveOut(text);
      return "";
    }
    const start = text.indexOf("\n") + 1;
    if (start === 0) return "";
    this.#leaveOut(text.slice(0, start));
    this.#isLeavingOut = false;
    // A line that was begun before ends here.
    this.#mirror.newLine().catch((error) => this.#fail(error));
    return text.slice(start);
  }

  #progress(chars: number): void {
    this.#waitingChars -= chars;
    this.#lastProgress = performance.now();
    this.#progressed.resolve();
    this.#progressed = Promise.withResolvers();
  }

  #succeed(): void {
    this.#hasFailed = false;
    this.#sent();
  }

  #fail(error: unknown): void {
    if (error instanceof StopIteration) {
      this.#isStopped = true;
      return;
    }
    this.#hasFailed = true;
    const failure = error instanceof LinesError
      ? error
      : new LinesError("UNREACHABLE", String(error), { cause: error });
    if (this.#counted.has(failure)) return;
    this.#counted.add(failure);
    this.#lose(failure.undelivered, failure);
  }

  /** Counts the lines that end in a text. */
  #leaveOut(text: string): void {
    this.#lostLines += text.split("\n").length - 1;
    this.#failure ??= new LinesError("TIMEOUT", LAGGING);
  }

  #lose(items: readonly LineItem[], failure: LinesError): void {
    for (const item of items) this.#lostLines += linesIn(String(item));
    // The first one says what has begun it.
    this.#failure ??= failure;
  }
}

const LAGGING = "it takes nothing, or less than there is";

function linesIn(text: string): number {
  const breaks = text.match(/\r\n|[\r\n]/g)?.length ?? 0;
  return /[^\r\n]$/.test(text) ? breaks + 1 : breaks;
}
