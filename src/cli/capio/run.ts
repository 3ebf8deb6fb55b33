import { type Command, shownMessage, UsageError } from "../command/mod.ts";
import {
  denoProgram,
  endingWithUs,
  fileSystemWarning,
  isFromTerminal,
  signalChild,
  signalOf,
  startMachineAgent,
  stepStart,
  stopMachineAgent,
} from "./running/mod.ts";
import {
  machineArguments,
  type MachineValues,
  MEMBER_HELP,
  parseStep,
  scriptProblem,
} from "./arguments/mod.ts";

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
  --nats URL             Start the agent of this machine for the step, with the
                         other options of "sluice agent"; without it the step
                         waits for an agent
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
    if (!step.agent) return await runStep(step, signal);
    return await runWithAgent(step, step.agent, signal);
  },
};

/** Runs a step after the agent of its machine, and ends that after the step. */
async function runWithAgent(
  step: ReturnType<typeof parseStep>,
  values: MachineValues,
  signal: AbortSignal,
): Promise<number> {
  const { machine, workflowName } = step;
  const here = await machineArguments({ ...values, machine });
  if (!here || !workflowName) {
    const missing = here ? "workflow-name NAME" : "nats URL";
    throw new UsageError(`The agent of a machine needs "--${missing}"`);
  }
  const print = (line: string) =>
    console.error(
      shownMessage(line.startsWith("sluice ") ? line : `sluice run: ${line}`),
    );
  const agent = await startMachineAgent(
    { ...step, here, workflowName, print },
    signal,
  );
  try {
    return await runStep({ ...step, machine: here.machine }, signal);
  } finally {
    await stopMachineAgent(agent, here, print, signal);
  }
}

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
