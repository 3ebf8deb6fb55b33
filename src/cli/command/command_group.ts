import {
  type Command,
  HelpRequest,
  isHelpRequest,
  listed,
  runOrExplain,
  UsageError,
} from "./command.ts";

/** What a {@linkcode commandGroup} is made from. */
export interface CommandGroup {
  /** What comes after `sluice`. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What the help has to say besides the list of commands. */
  readonly details: string;
  /** The commands, in the order in which the help lists them. */
  readonly commands: readonly Command[];
}

/** One subcommand of `sluice` that has subcommands of its own. */
export function commandGroup(
  { name: group, summary, details, commands }: CommandGroup,
): Command {
  return {
    name: group,
    summary,
    help: `Usage: sluice ${group} COMMAND [OPTIONS]

${listed(commands)}

"sluice ${group} COMMAND --help" explains a command.

${details}`,
    async run(args, signal) {
      const [name, ...rest] = args;
      if (isHelpRequest(name)) throw new HelpRequest();
      if (name === undefined) throw new UsageError("No command to carry out");
      const command = commands.find((command) => command.name === name);
      if (!command) throw new UsageError(`Unknown command "${name}"`);
      return await runOrExplain(command, rest, signal);
    },
  };
}
