import type {
  parseArgs,
  ParseArgsConfig,
  ParseArgsOptionsConfig,
} from "node:util";
import { HelpRequest, isHelpRequest, UsageError } from "./command.ts";
import { withNearWord } from "./near_word.ts";

/**
 * Parses the arguments of a command with `parseArgs` of `node:util`.
 *
 * @throws {UsageError} If an argument does not fit the configuration.
 * @throws {HelpRequest} If "--help" or "-h" is among them.
 */
export function parseArguments<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  const { args = [] } = config;
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  if (options.some(isHelpRequest)) throw new HelpRequest();
  try {
    // An import would load it for `sluice run`, too, which has no need of it.
    // deno-lint-ignore no-process-global
    return process.getBuiltinModule("util").parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(
      mistake(error.message, Object.keys(config.options ?? {})),
    );
  }
}

/** Makes the error for an option that a command does not have. */
export function unknownOption(
  option: string,
  names: readonly string[],
): UsageError {
  const known = [...names, "help"].map((name) => `--${name}`);
  return new UsageError(
    withNearWord(`Unknown option "${option}"`, option, known),
  );
}

/** Says what is wrong in one line, which Node does with advice to programmers. */
function mistake(message: string, names: readonly string[]): string {
  const [, unknown] = /^Unknown option '([^]*?)'(?:\. |$)/.exec(message) ?? [];
  if (unknown) return unknownOption(unknown, names).message;
  const [, flag] =
    /^Option '([^']*)' does not take an argument/.exec(message) ??
      [];
  if (flag) return `Option "${flag}" takes no value`;
  const [, missing] = /(--\S+) <value>' argument missing/.exec(message) ?? [];
  if (missing) return `Option "${missing}" needs a value`;
  // For a short option, too, the advice has the long one.
  const [, unclear] = /ambiguous[^]*'(--\S+)=-XYZ'/.exec(message) ?? [];
  if (unclear) {
    return `Option "${unclear}" needs a value: write one that begins with "-" after "="`;
  }
  return message.split(/\. |\n/, 1)[0];
}

/** Splits arguments into options and positionals; those in `names` must be there. */
export function parse<T extends ParseArgsOptionsConfig>(
  args: string[],
  options: T,
  names: readonly string[],
) {
  const parsed = parseArguments({ args, options, allowPositionals: true });
  const missing = names[parsed.positionals.length];
  if (missing === undefined) return parsed;
  throw new UsageError(`${missing} is missing`);
}

/** Refuses positionals beyond the first `most`. */
export function assertNoMore(positionals: readonly string[], most: number) {
  if (positionals.length <= most) return;
  throw new UsageError(`Unexpected argument "${positionals[most]}"`);
}

/** Reads a whole number from 0 to `most`. */
export function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number <= most) return number;
  throw new UsageError(
    `"${name}" must be a whole number up to ${most}, found "${text}"`,
  );
}

/** Reads a whole number from 1 to `most`. */
export function positiveNumber(
  name: string,
  text: string,
  most: number,
): number {
  const number = wholeNumber(name, text, most);
  if (number > 0) return number;
  throw new UsageError(`"${name}" must be a positive number, found "${text}"`);
}
