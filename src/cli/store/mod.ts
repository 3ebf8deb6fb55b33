import { type Command, UsageError } from "../command.ts";
import { cp } from "./cp.ts";
import { get } from "./get.ts";
import { ls } from "./ls.ts";
import { query } from "./query.ts";
import { set } from "./set.ts";

const COMMANDS: readonly Command[] = [get, set, ls, query, cp];

/** `sluice store`: key-value stores from the command line. */
export const store: Command = {
  name: "store",
  summary: "Read and write key-value stores of byte streams",
  help: `Usage: sluice store COMMAND [OPTIONS] URL ...

${
    COMMANDS.map(({ name, summary }) => `  ${name.padEnd(5)}  ${summary}`).join(
      "\n",
    )
  }

"sluice store COMMAND --help" explains a command.

A store is given by its URL:
  file:DIRECTORY            values in files
  sqlite:DATABASE           values in an SQLite database
  http://HOST/, https://…   files of a web server, read-only; their keys can be
                            listed if it has an index.json of all metadata

What takes longer than a second shows its progress, on a terminal.

Example:
  sluice store set file:results flights flights.csv --metadata '{"year":2024}'
  sluice store query file:results year=2024
  sluice store cp file:results sqlite:results.db`,
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
