/** A timer of the runtime, as `clearTimeout` takes it. */
export type Timer = ReturnType<typeof setTimeout>;

/** The longest that a timer of the runtime can take. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/**
 * Starts a timer that is due after `milliseconds`; `Infinity` starts none.
 *
 * A time longer than the runtime's timers can take makes the timer due early:
 * the caller looks at the time that has passed and starts it again.
 */
export function startTimer(
  milliseconds: number,
  due: () => void,
): Timer | undefined {
  if (milliseconds === Infinity) return undefined;
  return setTimeout(due, Math.min(milliseconds, LONGEST_MILLISECONDS));
}

/** Returns whether something has come to its end in time. */
export async function isInTime(
  done: Promise<unknown>,
  milliseconds: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = startTimer(milliseconds, () => resolve(false));
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls back when nothing has moved for a while: each call of `restart` begins
 * the time again, `stop` ends it.
 */
export class StallTimer implements Disposable {
  readonly #milliseconds: number;
  readonly #stalled: () => void;
  #timer: Timer | undefined;

  constructor(milliseconds: number, stalled: () => void) {
    this.#milliseconds = milliseconds;
    this.#stalled = stalled;
  }

  /** Begins the time, from its start if it runs already. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = startTimer(this.#milliseconds, this.#stalled);
  }

  /** Ends the time; it begins again with the next `restart`. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
