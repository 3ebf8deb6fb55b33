/**
 * The `sluice` command line.
 *
 * ```sh
 * deno run -A jsr:@sluice/sluice/cli --help
 * ```
 *
 * @module
 */
import { run } from "./capio/run.ts";
import { status } from "./capio/status.ts";
import { workflow } from "./capio/workflow.ts";
import { type Command, INTERRUPTED, UsageError } from "./command.ts";
import { lines } from "./lines/mod.ts";
import { store } from "./store/mod.ts";
import { tstorage } from "./tstorage/mod.ts";

/** Every subcommand, in the order in which the help lists them. */
const COMMANDS: readonly Command[] = [
  run,
  workflow,
  status,
  lines,
  store,
  tstorage,
];

/**
 * Runs the `sluice` command line.
 *
 * Errors go to standard error as one line, never as a stack trace.
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
 * @returns The exit code: 0 for success, 1 for a failure, 2 for wrong usage.
 */
export async function main(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((command) => command.name === name);
  if (!command) {
    console.error(
      `sluice: Unknown command "${name}", see "sluice --help"`,
    );
    return 2;
  }
  if (rest[0] === "--help") {
    console.log(command.help);
    return 0;
  }
  try {
    return await command.run(rest, signal);
  } catch (error) {
    return explain(error, command);
  }
}

function overview(): string {
  const width = Math.max(0, ...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) =>
    `  ${name.padEnd(width)}  ${summary}`
  );
  return [
    "Usage: sluice COMMAND [OPTIONS]",
    "",
    ...lines,
    "",
    '"sluice COMMAND --help" explains a command.',
  ].join("\n");
}

function explain(error: unknown, command: Command): number {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`sluice ${command.name}: ${message.split("\n", 1)[0]}`);
  if (!(error instanceof UsageError)) return 1;
  console.error(`See "sluice ${command.name} --help"`);
  return 2;
}

if (import.meta.main) {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      // A second Ctrl-C means now, whatever the command is still tidying up.
      if (interrupt.signal.aborted) Deno.exit(INTERRUPTED);
      interrupt.abort(new DOMException("Interrupted", "AbortError"));
    });
  }
  Deno.exit(await main(Deno.args, interrupt.signal));
}
