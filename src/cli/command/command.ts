/** One subcommand of `sluice`: a thin layer that parses, calls a room, prints. */
export interface Command {
  /** What comes after `sluice`. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /**
   * Whether the exit code is that of another program, which has heard of a
   * signal itself and says what it made of it.
   */
  readonly forwardsExitCode?: boolean;
  /**
   * Ends when `signal` aborts, at the latest when all it holds is released.
   * Resolves to the exit code; throws {@linkcode UsageError} for bad usage and
   * {@linkcode HelpRequest} for "--help".
   */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

/** Runs a command, or prints its help where that is what it was asked for. */
export async function runOrExplain(
  command: Command,
  args: string[],
  signal: AbortSignal,
): Promise<number> {
  try {
    return await command.run(args, signal);
  } catch (error) {
    if (!(error instanceof HelpRequest)) throw error;
    console.log(command.help);
    return 0;
  }
}

/** Whether an argument asks what a command does, and not for it to be done. */
export function isHelpRequest(arg: string | undefined): boolean {
  return arg === "--help" || arg === "-h";
}

/** The command was asked what it does. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

/** The command line was called the wrong way; the message says which. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Commands as a help lists them, one a line. */
export function listed(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands
    .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
    .join("\n");
}
