import type { ParseArgsOptionsConfig } from "node:util";
import { runAgent } from "../../capio/mod.ts";
import {
  type Command,
  environmentVariable,
  Interruption,
  parseArguments,
  settle,
  UsageError,
} from "../command/mod.ts";
import {
  MACHINE_OPTIONS,
  machineArguments,
  machineHelp,
} from "./arguments/mod.ts";

const OPTIONS = {
  ...MACHINE_OPTIONS,
  "capio-dir": { type: "string" },
  "workflow-name": { type: "string" },
  "capio-cl": { type: "string" },
  "memory-dir": { type: "string" },
  shared: { type: "boolean" },
  "until-stdin-ends": { type: "boolean", default: false },
} as const satisfies ParseArgsOptionsConfig;

/** `sluice agent`: lets a machine take part in a workflow on several ones. */
export const agent: Command = {
  name: "agent",
  summary: "Let this machine take part in a workflow on several machines",
  help: `Usage: sluice agent [OPTIONS]

Carries the files of a workflow between this machine and others, over a NATS
server with JetStream. It is started first, with the same workflow name on all
machines, and prints "ready" when the steps of this machine can be started.
"sluice workflow" and "sluice run" start it by themselves when they get --nats.

SIGTERM tells it that the steps of this machine have ended: it stays until the
other machines have said so, too, and then clears up. A second SIGTERM, or
Ctrl-C, ends it at once; what others have not got is lost to them. When it is
killed, another one goes on where it was: one that is started meanwhile stands
by. It needs --allow-net=HOST:PORT, and to read and write its directory.

Options:
  --capio-dir DIR           Directory in which files are exchanged
                            (default: $CAPIO_DIR, or the current directory)
  --workflow-name NAME      Name that the steps of one workflow share, on all
                            machines (default: $CAPIO_WORKFLOW_NAME)
  --capio-cl FILE           CAPIO-CL configuration, the same on all machines
                            (default: $CAPIO_CL, or none)
  --memory-dir DIR          Directory in memory of the steps
                            (default: $CAPIO_MEMORY_DIR, or none)
  --shared                  Take part together with other members of the group
                            of DIR (default: $CAPIO_SHARED is group)
${machineHelp(28)}
  --until-stdin-ends        Take the end of standard input for SIGTERM: the
                            program that has started it may have been killed

The exit code is 0 when the run has ended for all machines.

Example:
  sluice agent --capio-dir data --workflow-name flights --machine north \\
    --nats nats://broker:4222`,
  async run(args, signal) {
    const { values } = parseArguments({ args, options: OPTIONS });
    const here = await machineArguments(values);
    if (!here) throw new UsageError('"--nats URL" is missing');
    const {
      "capio-dir": capioDir = environmentVariable("CAPIO_DIR") || ".",
      "workflow-name": workflowName = environmentVariable(
        "CAPIO_WORKFLOW_NAME",
      ),
      "capio-cl": capioClConfigurationFile = environmentVariable("CAPIO_CL"),
      "memory-dir": memoryDir = environmentVariable("CAPIO_MEMORY_DIR"),
      shared = environmentVariable("CAPIO_SHARED") === "group",
    } = values;
    if (!workflowName) throw new UsageError('"--workflow-name" is missing');
    const stop = new AbortController();
    const atOnce = new AbortController();
    const hear = () => {
      const { reason } = signal;
      const isTold = reason instanceof Interruption &&
        reason.signal === "SIGTERM";
      (isTold ? stop : atOnce).abort(reason);
    };
    if (signal.aborted) hear();
    signal.addEventListener("abort", hear, { once: true });
    if (values["until-stdin-ends"]) {
      void Deno.stdin.readable.pipeTo(new WritableStream())
        .catch(() => {}).then(() => stop.abort());
    }
    await runAgent({
      ...here,
      capioDir,
      workflowName,
      ...(capioClConfigurationFile && { capioClConfigurationFile }),
      ...(memoryDir && { memoryDir }),
      ...(shared && { shared: "group" as const }),
      ready: () => console.log("ready"),
      print: (line) => console.error(`sluice agent: ${line}`),
      stop: stop.signal,
      signal: atOnce.signal,
    });
    settle(signal, 0);
    return 0;
  },
};
