/** One subcommand of `sluice`: a thin layer that parses, calls a room, prints. */
export interface Command {
  /** What comes after `sluice`. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Resolves to the exit code; throws {@linkcode UsageError} for bad usage. */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

/** The command line was called the wrong way; the message says which. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The exit code of a command that Ctrl-C has ended, as shells report it. */
export const INTERRUPTED = 130;
