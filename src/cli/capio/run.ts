import { type Command, UsageError } from "../command/mod.ts";
import {
  denoProgram,
  endingWithUs,
  fileSystemWarning,
  isFromTerminal,
  signalChild,
  signalOf,
  stepStart,
} from "./running/mod.ts";
import { MEMBER_HELP, parseStep, scriptProblem } from "./arguments/mod.ts";

/** `sluice run`: an unmodified script as a step of a workflow. */
export const run: Command = {
  name: "run",
  summary: "Run an unmodified script as one step of a workflow",
  help: `Usage: sluice run [OPTIONS] [DENO FLAGS] SCRIPT [ARGUMENTS]

Runs a script in which Deno.open and its siblings wait for files that other
steps are still writing. The script may read and write the directory of the
workflow, and do what the Deno flags allow besides.

Options:
${MEMBER_HELP}
  --partial-reads        For a script that is made for growing files: a read
                         into a buffer waits for one byte only, not until the
                         buffer is full (default: $CAPIO_PARTIAL_READS is 1)

The script waits for a file that a rule names until a step has created it, or
all that could have left. With a configuration, any other missing file is not
found at once; without one, after as many seconds as $CAPIO_OPEN_TIMEOUT_SECONDS
says (60). A wait is told on standard error, with its reason and what to do:
after 2 seconds for a file that no rule names, after 5 for anything else.

Any other option before SCRIPT goes to "deno run", for instance --allow-net or
--config=deno.json; write a value after "=". --deno-flag=FLAG does the same.

The exit code is that of the script, 128 + N when signal N ended it. SIGTERM and
SIGINT are forwarded to it; a second one kills it.

Example:
  sluice run --capio-dir data --app-name reader --allow-net read.ts --fast`,
  forwardsExitCode: true,
  async run(args, signal) {
    const step = parseStep(args);
    const problem = await scriptProblem(step.script);
    if (problem) {
      throw new UsageError(`Cannot run "${step.script}": it ${problem}`);
    }
    return await runStep(step, signal);
  },
};

async function runStep(
  step: ReturnType<typeof parseStep>,
  signal: AbortSignal,
): Promise<number> {
  const { args, env } = await stepStart(step);
  signal.throwIfAborted();
  const child = new Deno.Command(denoProgram(), { args, env }).spawn();
  using _ending = endingWithUs(child);
  const forward = () => {
    const name = signalOf(signal.reason);
    if (!isFromTerminal(name)) signalChild(child, name);
  };
  signal.addEventListener("abort", forward, { once: true });
  const fileSystem = await fileSystemWarning(step.capioDir);
  if (fileSystem) console.error(`sluice run: ${fileSystem}`);
  const { code } = await child.status;
  signal.removeEventListener("abort", forward);
  return code;
}
