/** Exit codes of a program that a signal has ended: 128 + the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal by which a user or a supervisor ends a program. */
export type EndingSignal = keyof typeof EXIT_CODES;

/** All signals that end a program. */
export const SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM"];

/** The reason of the abort of a command: the program got a signal. */
export class Interruption extends DOMException {
  /** The signal. */
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super("Interrupted", "AbortError");
    this.signal = signal;
  }

  /** The exit code that the program has to end with. */
  get exitCode(): number {
    return EXIT_CODES[this.signal];
  }
}

/** The signals of commands whose work is done. */
const settled = new WeakSet<AbortSignal>();

/**
 * Says that a command has done all of its work, which cannot be undone. When
 * `signal` aborts later, that does not change the exit code any more: it tells
 * what has happened.
 */
export function settle(signal: AbortSignal): void {
  settled.add(signal);
}

/** Returns whether {@linkcode settle} was called for the signal. */
export function isSettled(signal: AbortSignal): boolean {
  return settled.has(signal);
}

/** Returns the exit code of a command whose `signal` has aborted. */
export function exitCodeOf(signal: AbortSignal): number {
  const { reason } = signal;
  if (reason instanceof Interruption) return reason.exitCode;
  return EXIT_CODES.SIGINT;
}
