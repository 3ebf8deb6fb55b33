import { type Command, UsageError } from "../command.ts";
import { mirror } from "./mirror.ts";
import { serve } from "./serve.ts";
import { tail } from "./tail.ts";

const COMMANDS: readonly Command[] = [serve, mirror, tail];

/** `sluice lines`: what programs print, seen from elsewhere. */
export const lines: Command = {
  name: "lines",
  summary: "Watch what programs print, from other programs or in a browser",
  help: `Usage: sluice lines COMMAND [OPTIONS]

${
    COMMANDS.map(({ name, summary }) => `  ${name.padEnd(6)}  ${summary}`)
      .join("\n")
  }

"sluice lines COMMAND --help" explains a command.

Example:
  sluice lines serve --maxlen 1000 &
  some-program 2>&1 | sluice lines mirror http://localhost:5000/sync-stream
  sluice lines tail http://localhost:5000/sync-stream`,
  async run(args, signal) {
    const [name, ...rest] = args;
    if (name === undefined) throw new UsageError("No command to carry out");
    const command = COMMANDS.find((command) => command.name === name);
    if (!command) throw new UsageError(`Unknown command "${name}"`);
    if (rest.includes("--help")) {
      console.log(command.help);
      return 0;
    }
    return await command.run(rest, signal);
  },
};
