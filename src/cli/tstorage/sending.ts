import { decide, settle } from "../command/mod.ts";

/** Longest wait after a signal for the answer to a whole request, in ms. */
const ANSWER_MILLISECONDS = 3000;

/**
 * A request on its way to the server. Until it is whole, a signal breaks it off
 * and nothing is stored. From then on only the answer tells whether it was
 * stored, and a signal leaves it a moment.
 */
export class Sending implements Disposable {
  readonly #ended: AbortSignal;
  readonly #breakOff = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWhole = false;

  /** @param ended Aborts when the program has to end. */
  constructor(ended: AbortSignal) {
    this.#ended = ended;
    if (ended.aborted) this.#onAbort();
    else ended.addEventListener("abort", this.#onAbort);
  }

  /** Aborts when the request has to be broken off. */
  get signal(): AbortSignal {
    return this.#breakOff.signal;
  }

  /** Says that the end of the request is sent next. */
  end(): void {
    this.#ended.throwIfAborted();
    this.#isWhole = true;
    decide(this.#ended);
  }

  /** Throws if the request was broken off while the server had all of it. */
  assertKnown(): void {
    if (!this.#isWhole || !this.#ended.aborted) return;
    settle(this.#ended, 1);
    throw new Error(
      "Interrupted before the answer of the server: all records are stored, or none: look before you store them once more",
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#ended.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const breakOff = () => this.#breakOff.abort(this.#ended.reason);
    if (!this.#isWhole) breakOff();
    else this.#timer = setTimeout(breakOff, ANSWER_MILLISECONDS);
  };
}
