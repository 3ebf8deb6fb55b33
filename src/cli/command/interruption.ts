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

/** The signals of commands that do what cannot be undone. */
const deciding = new WeakSet<AbortSignal>();

/** The signals of commands of which it is known how they end. */
const settled = new WeakMap<AbortSignal, number>();

/**
 * Says that a command does what cannot be undone from now on, and knows in a
 * moment whether it has happened. A second signal does not end it before: many
 * a signal comes twice, from `timeout` or a program that passes it on.
 */
export function decide(signal: AbortSignal): void {
  deciding.add(signal);
}

/** Returns whether {@linkcode decide} was called, and `settle` not yet. */
export function isDeciding(signal: AbortSignal): boolean {
  return deciding.has(signal) && !settled.has(signal);
}

/**
 * Says that a command has done all of its work, which cannot be undone. When
 * `signal` aborts later, that does not change the exit code any more: it tells
 * what has happened.
 *
 * @param exitCode 0, or 1 if nobody knows what has happened.
 */
export function settle(signal: AbortSignal, exitCode: 0 | 1 = 0): void {
  settled.set(signal, exitCode);
}

/** Returns the exit code of {@linkcode settle}, if it was called for the signal. */
export function settledCode(signal: AbortSignal): number | undefined {
  return settled.get(signal);
}

/** Returns the exit code of a command whose `signal` has aborted. */
export function exitCodeOf(signal: AbortSignal): number {
  const { reason } = signal;
  if (reason instanceof Interruption) return reason.exitCode;
  return EXIT_CODES.SIGINT;
}
