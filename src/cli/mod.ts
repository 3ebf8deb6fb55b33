/**
 * The `sluice` command line: {@linkcode main} finds the command, runs it and
 * turns its errors into one line and an exit code.
 *
 * ```sh
 * deno run -A jsr:@sluice/sluice/cli --help
 * ```
 *
 * @module
 */
import "./deno_version.ts";
import {
  agent,
  cat,
  exec,
  learn,
  recover,
  run,
  status,
  workflow,
} from "./capio/mod.ts";
import {
  type CommandEntry,
  exitCodeOf,
  Interruption,
  isDeciding,
  isHelpRequest,
  listed,
  listenedSignals,
  runOrExplain,
  settledCode,
  shownMessage,
  unknownOption,
  UsageError,
  withAdvice,
  withNearWord,
} from "./command/mod.ts";
import { VERSION } from "./version.ts";

/** All commands, in the order in which the help lists them. */
const COMMANDS: readonly CommandEntry[] = [
  run,
  exec,
  workflow,
  agent,
  learn,
  status,
  cat,
  recover,
  {
    name: "lines",
    load: async () => (await import("./lines/mod.ts")).lines,
  },
  {
    name: "store",
    load: async () => (await import("./store/mod.ts")).store,
  },
  {
    name: "tstorage",
    load: async () => (await import("./tstorage/mod.ts")).tstorage,
  },
];

/** Longest time for which a command may go on in spite of signals, in ms. */
const DECISION_MILLISECONDS = 5000;

/**
 * Runs the `sluice` command line.
 *
 * Errors go to standard error as one line, never as a stack trace; those of a
 * configuration as one line each.
 *
 * @example Usage
 * ```ts
 * import { main } from "@sluice/sluice/cli";
 *
 * const exitCode = await main(["--help"]);
 * ```
 *
 * @param args The arguments after `sluice`, a subcommand first.
 * @param signal Ends the subcommand early when it aborts.
 * @returns The exit code: 0 for success, 1 for a failure, 2 for wrong usage, 130
 * when `signal` has aborted before the work was done. `sluice run` forwards the exit code of its script.
 */
export async function main(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  // "sluice help run" is "sluice run --help".
  const [name, ...rest] = args[0] === "help"
    ? [...args.slice(1), "--help"]
    : args;
  if (name === undefined || isHelpRequest(name)) {
    console.log(await overview());
    return name === undefined ? 2 : 0;
  }
  const entry = COMMANDS.find((entry) => entry.name === name);
  if (name === "--version" || name === "-V") {
    console.log(`sluice ${VERSION} (deno ${Deno.version.deno})`);
    return 0;
  }
  if (!entry) {
    const message = shownMessage(unknown(name));
    console.error(`sluice: ${withAdvice(message, "sluice")}`);
    return 2;
  }
  const command = await entry.load();
  try {
    const code = await runOrExplain(command, rest, signal);
    const holds = command.forwardsExitCode ||
      settledCode(signal) !== undefined;
    if (!signal.aborted || holds) return code;
  } catch (error) {
    const code = explain(error, entry);
    if (!signal.aborted) return code;
    return settledCode(signal) ?? exitCodeOf(signal);
  }
  return exitCodeOf(signal);
}

/** Says that a first argument is no command, and which one was probably meant. */
function unknown(name: string): string {
  if (name.startsWith("-")) return unknownOption(name, ["version"]).message;
  const names = ["help", ...COMMANDS.map(({ name }) => name)];
  return withNearWord(`Unknown command "${name}"`, name, names);
}

async function overview(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  return [
    "Usage: sluice COMMAND [OPTIONS]",
    "",
    listed(commands),
    "",
    '"sluice COMMAND --help" explains a command.',
    '"sluice --version" prints the version.',
    "",
    "The exit code is 0 for success, 1 for a failure, 2 for wrong usage, 130 after",
    "Ctrl-C and 128 + N after another signal N that ends it (SIGTERM, SIGHUP,",
    "SIGQUIT), unless the command says otherwise or had already done its work.",
  ].join("\n");
}

function explain(error: unknown, command: CommandEntry): number {
  const isUsage = error instanceof UsageError;
  const message = messageOf(error);
  const name = `sluice ${command.name}`;
  console.error(`${name}: ${isUsage ? withAdvice(message, name) : message}`);
  return isUsage ? 2 : 1;
}

function messageOf(error: unknown): string {
  // It lists all mistakes, one a line, so that they can be corrected at once.
  if (error instanceof Error && error.name === "CapioClError") {
    return error.message.split("\n").map(shownMessage).join("\n");
  }
  const message = error instanceof Error ? error.message : String(error);
  return shownMessage(message.split("\n", 1)[0]);
}

if (import.meta.main) {
  const ending = new AbortController();
  let since = Infinity;
  for (const { signal, isIgnored } of listenedSignals()) {
    Deno.addSignalListener(signal, () => {
      if (isIgnored) return;
      const interruption = new Interruption(signal);
      if (!ending.signal.aborted) {
        since = performance.now();
        return ending.abort(interruption);
      }
      // A second signal ends the program at once, without waiting for the command,
      // unless it is just about to know what its exit code has to say.
      const isUnknown = isDeciding(ending.signal);
      if (isUnknown && performance.now() - since < DECISION_MILLISECONDS) {
        return;
      }
      const code = isUnknown ? 1 : interruption.exitCode;
      Deno.exit(settledCode(ending.signal) ?? code);
    });
  }
  Deno.exit(await main(Deno.args, ending.signal));
}
