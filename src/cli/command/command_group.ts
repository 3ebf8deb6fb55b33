import {
  type Command,
  HelpRequest,
  isHelpRequest,
  listed,
  runOrExplain,
  UsageError,
} from "./command.ts";
import { withNearWord } from "./near_word.ts";

/** The parts of a {@linkcode commandGroup}. */
export interface CommandGroup {
  /** Its name on the command line. */
  readonly name: string;
  /** Describes the group in one line of the overview. */
  readonly summary: string;
  /** The part of the help below the list of commands. */
  readonly details: string;
  /** The commands, in the order in which the help lists them. */
  readonly commands: readonly Command[];
}

/** Makes a command of `sluice` that has commands of its own. */
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
      if (name === undefined) throw new UsageError("COMMAND is missing");
      const command = commands.find((command) => command.name === name);
      if (!command) {
        const message = `Unknown command "${name}"`;
        const names = commands.map(({ name }) => name);
        throw new UsageError(withNearWord(message, name, names));
      }
      return await runOrExplain(command, rest, signal);
    },
  };
}
