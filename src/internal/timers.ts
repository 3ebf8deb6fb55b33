/** A timer of the runtime, as `clearTimeout` takes it. */
export type Timer = ReturnType<typeof setTimeout>;

/** No timer of the runtime takes longer. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/**
 * A timer that is due after `milliseconds`, and never after `Infinity`.
 *
 * One that takes longer than the runtime's timers can is due early: the caller
 * looks at the time that has passed and starts it again.
 */
export function startTimer(
  milliseconds: number,
  due: () => void,
): Timer | undefined {
  if (milliseconds === Infinity) return undefined;
  return setTimeout(due, Math.min(milliseconds, LONGEST_MILLISECONDS));
}

/**
 * Calls back once nothing has moved for a while: each {@linkcode restart} begins
 * the time again, {@linkcode stop} ends it.
 */
export class StallTimer implements Disposable {
  readonly #milliseconds: number;
  readonly #stalled: () => void;
  #timer: Timer | undefined;

  constructor(milliseconds: number, stalled: () => void) {
    this.#milliseconds = milliseconds;
    this.#stalled = stalled;
  }

  /** Begins to wait, anew if it waits already. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = startTimer(this.#milliseconds, this.#stalled);
  }

  /** Waits no more, until it is restarted. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
