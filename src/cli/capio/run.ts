import { stepCommand } from "../../capio/mod.ts";
import { type Command, UsageError } from "../command.ts";
import { scriptProblem } from "./script_file.ts";
import { parseStep } from "./step_arguments.ts";

/** `sluice run`: an unmodified script as a step of a workflow. */
export const run: Command = {
  name: "run",
  summary: "Run an unmodified script as one step of a workflow",
  help: `Usage: sluice run [OPTIONS] [DENO FLAGS] SCRIPT [ARGUMENTS]

Runs a script in which Deno.open and its siblings wait for files that other
steps are still writing. The script may read and write the workflow's directory
and whatever the Deno flags allow besides.

Options:
  --capio-dir DIR        Directory in which files are exchanged
                         (default: $CAPIO_DIR, or the current directory)
  --app-name NAME        Name of this step in the CAPIO-CL configuration
                         (default: $CAPIO_APP_NAME, or "default_app")
  --workflow-name NAME   What the steps of one workflow have in common
                         (default: $CAPIO_WORKFLOW_NAME, or "CAPIO")
  --capio-cl FILE        CAPIO-CL configuration (default: $CAPIO_CL, or none)

A file that no rule speaks of and nobody creates is waited for, for as long as
$CAPIO_OPEN_TIMEOUT_SECONDS says, else for ever.

Any other option before SCRIPT goes to "deno run", for instance --allow-net or
--config=deno.json; write a value after "=".

Example:
  sluice run --capio-dir data --app-name reader --allow-net read.ts --fast`,
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
  const { args, env } = stepCommand(step);
  const child = new Deno.Command(Deno.execPath(), { args, env }).spawn();
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const { code } = await child.status;
  signal.removeEventListener("abort", stop);
  return code;
}
