/** A command of `sluice`: it parses arguments, calls a module and prints. */
export interface Command {
  /** Its name on the command line. */
  readonly name: string;
  /** Describes the command in one line of the overview. */
  readonly summary: string;
  /** The text of `--help`. */
  readonly help: string;
  /**
   * True when the exit code is that of another program, which gets signals
   * itself and tells with its exit code how it ended.
   */
  readonly forwardsExitCode?: boolean;
  /**
   * Runs the command and resolves to its exit code. When `signal` aborts it
   * releases what it holds and ends.
   *
   * @throws {UsageError} For wrong usage.
   * @throws {HelpRequest} For `--help`.
   */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

/** A command that is loaded when it is used. */
export interface CommandEntry {
  /** Its name on the command line. */
  readonly name: string;
  /** Loads it. */
  readonly load: () => Promise<Command>;
}

/** Runs a command, or prints its help when the arguments ask for help. */
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

/** Returns whether an argument asks for help. */
export function isHelpRequest(arg: string | undefined): boolean {
  return arg === "--help" || arg === "-h";
}

/** The arguments of a command ask for its help. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

/** The arguments of a command are wrong; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Formats commands as a help lists them, one a line. */
export function listed(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands
    .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
    .join("\n");
}
