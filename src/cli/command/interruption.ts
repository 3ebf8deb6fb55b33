/** What a shell reports of a program that a signal has ended: 128 and its number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal with which a user or a supervisor ends a program. */
export type EndingSignal = keyof typeof EXIT_CODES;

/** All of them. */
export const SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM"];

/** Why a command is to end: the program was sent a signal. */
export class Interruption extends DOMException {
  /** Which one. */
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super("Interrupted", "AbortError");
    this.signal = signal;
  }

  /** What the program has to end with. */
  get exitCode(): number {
    return EXIT_CODES[this.signal];
  }
}

/** The exit code of a command whose `signal` has aborted, for any reason. */
export function exitCodeOf(signal: AbortSignal): number {
  const { reason } = signal;
  if (reason instanceof Interruption) return reason.exitCode;
  return EXIT_CODES.SIGINT;
}
