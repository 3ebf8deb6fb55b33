import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./command.ts";

/**
 * What `parseArgs` of `node:util` makes of a subcommand's arguments.
 *
 * @throws {UsageError} If they are not what the configuration describes.
 */
export function parseArguments<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // What else it says is advice to programmers.
    throw new UsageError(error.message.split(/\. |\n/, 1)[0]);
  }
}
