import type { ParseArgsOptionsConfig } from "node:util";
import {
  isHelpRequest,
  nearWord,
  unknownOption,
  UsageError,
} from "../../command/mod.ts";

/** The arguments of a command, and the flags of `deno run` among them. */
export interface SplitArguments {
  readonly own: string[];
  readonly denoFlags: string[];
}

/**
 * Splits off the options that a command does not have: they are flags of
 * `deno run`, whose values stand after "=".
 *
 * @throws {UsageError} If one is nearly an option of the command.
 */
export function splitDenoFlags(
  args: readonly string[],
  options: ParseArgsOptionsConfig,
): SplitArguments {
  const own: string[] = [];
  const denoFlags: string[] = [];
  const rest = [...args];
  for (let word; (word = rest.shift()) !== undefined;) {
    if (word === "--") return { own: [...own, word, ...rest], denoFlags };
    const name = word.split("=", 1)[0];
    const isWord = !word.startsWith("-") || word === "-";
    const option = name.startsWith("--") ? options[name.slice(2)] : undefined;
    if (!isWord && !option && !isHelpRequest(word)) {
      assertDenoFlag(word, Object.keys(options));
      denoFlags.push(word);
      continue;
    }
    own.push(word);
    const hasValue = option?.type === "string" && name === word;
    if (hasValue && rest.length > 0) own.push(rest.shift() ?? "");
  }
  return { own, denoFlags };
}

/**
 * Refuses a flag of `deno run` that is nearly an option of the command.
 *
 * @param names The options of the command, without dashes.
 */
export function assertDenoFlag(flag: string, names: readonly string[]): void {
  const name = flag.split("=", 1)[0];
  const near = nearWord(name, names.map((name) => `--${name}`));
  if (near !== undefined) throw unknownOption(name, names);
}

/** Reads the values of "--deno-flag". */
export function checkDenoFlags(flags: readonly string[]): void {
  const word = flags.find((flag) => !flag.startsWith("-"));
  if (word === undefined) return;
  throw new UsageError(
    `"--deno-flag" must be a flag that begins with "-", found "${word}"`,
  );
}
