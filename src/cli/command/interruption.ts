/** Exit codes of a program that a signal has ended: 128 + the number of the signal. */
const EXIT_CODES = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
} as const;

/** The bits of the signals in the masks of `/proc`, for those that may be ignored. */
const BITS = { SIGHUP: 1n << 0n, SIGQUIT: 1n << 2n } as const;

/** A signal by which a user or a supervisor ends a program. */
export type EndingSignal = keyof typeof EXIT_CODES;

/** A signal to listen to. */
export interface ListenedSignal {
  readonly signal: EndingSignal;
  /** Whether this program was started with it ignored, as `nohup` does. */
  readonly isIgnored: boolean;
}

/**
 * Returns the signals to listen to. It has to be called before there is any
 * listener: the runtime forgets then which ones are ignored, and has to be told.
 */
export function listenedSignals(): readonly ListenedSignal[] {
  const always = ["SIGINT", "SIGTERM"] as const;
  const all: ListenedSignal[] = always
    .map((signal) => ({ signal, isIgnored: false }));
  if (Deno.build.os === "windows") return all;
  const ignored = ignoredMask();
  // What nohup starts has no terminal.
  const hasTerminal = [Deno.stdin, Deno.stdout, Deno.stderr]
    .some((it) => it.isTerminal());
  if (ignored === undefined && !hasTerminal) return all;
  for (const signal of ["SIGHUP", "SIGQUIT"] as const) {
    const isIgnored = ((ignored ?? 0n) & BITS[signal]) !== 0n;
    all.push({ signal, isIgnored });
  }
  return all;
}

/** Returns the signals that are ignored, if the system tells it. */
function ignoredMask(): bigint | undefined {
  const path = "/proc/self/status";
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return undefined;
  try {
    const status = Deno.readTextFileSync(path);
    const [, mask] = status.match(/^SigIgn:\s*([0-9a-f]+)$/m) ?? [];
    return mask === undefined ? undefined : BigInt(`0x${mask}`);
  } catch {
    // The system has no such file, or Deno wants more permissions for it.
    return undefined;
  }
}

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

/**
 * The exit codes of commands that have done what cannot be undone, by their
 * signals; those of commands that are doing it are not known yet.
 */
const outcomes = new WeakMap<AbortSignal, number | "unknown">();

/**
 * Says that a command does what cannot be undone from now on, and knows in a
 * moment whether it has happened. A second signal does not end it before: many
 * a signal comes twice, from `timeout` or a program that passes it on.
 */
export function decide(signal: AbortSignal): void {
  if (!outcomes.has(signal)) outcomes.set(signal, "unknown");
}

/** Returns whether {@linkcode decide} was called, and `settle` not yet. */
export function isDeciding(signal: AbortSignal): boolean {
  return outcomes.get(signal) === "unknown";
}

/**
 * Says that a command has done all of its work, which cannot be undone. When
 * `signal` aborts later, that does not change the exit code any more: it tells
 * what has happened.
 *
 * @param exitCode 0, or 1 if nobody knows what has happened.
 */
export function settle(signal: AbortSignal, exitCode: 0 | 1 = 0): void {
  outcomes.set(signal, exitCode);
}

/** Returns the exit code of {@linkcode settle}, if it was called for the signal. */
export function settledCode(signal: AbortSignal): number | undefined {
  const outcome = outcomes.get(signal);
  return outcome === "unknown" ? undefined : outcome;
}

/** Returns the exit code of a command whose `signal` has aborted. */
export function exitCodeOf(signal: AbortSignal): number {
  const { reason } = signal;
  if (reason instanceof Interruption) return reason.exitCode;
  return EXIT_CODES.SIGINT;
}
