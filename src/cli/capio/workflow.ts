import type { ParseArgsOptionsConfig } from "node:util";
import { resolve } from "@std/path";
import {
  type Command,
  environmentVariable,
  parseArguments,
  UsageError,
} from "../command/mod.ts";
import {
  checkDenoFlags,
  isSilentByEnvironment,
  MACHINE_OPTIONS,
  machineArguments,
  machineHelp,
  type MachineValues,
  splitDenoFlags,
} from "./arguments/mod.ts";
import {
  assertMachineOf,
  assertScripts,
  type PlanVerifyOptions,
  readPlanFile,
  runPlan,
  runPlanInOrder,
  verifyPlan,
} from "./plan/mod.ts";
import {
  PAGE_OPTIONS,
  pageHelp,
  type PageRequest,
  pageRequest,
  servePage,
  untilInterrupted,
  withPageValue,
  WORKFLOW_APP,
} from "./status/mod.ts";

/** `sluice workflow`: runs all steps of a workflow at the same time. */
export const workflow: Command = {
  name: "workflow",
  summary: "Run all steps of a workflow at the same time",
  help: `Usage: sluice workflow [OPTIONS] FILE

Starts all steps of a workflow at the same time and waits for them. The output
of each step is shown line by line after its name. On a terminal, the lines
below the output show what each step does and how far each file is.

When a step fails, the others are told to stop (SIGTERM) and killed after 5
seconds. The exit code is that of the step that failed first, 128 + N when
signal N killed it. Ctrl-C stops all steps; the exit code is then 130, after
SIGTERM 143. When all steps end well, but one has read something that it would
not have read with the steps one after the other, that is told, and the exit
code is 1: a file of an earlier run, one that was missing and came later, or one
that was written on after its end. Files that are not permanent are shown as
"not kept"; those that nobody has read are told.

A step waits for a file that the configuration names, unless it comes from a
later step; the order of the steps counts where the configuration says nothing.
A file that the configuration does not name is not found at once; without a
configuration, after 60 seconds. Long waits are told with what to do.

FILE is JSON. Its paths are relative to its directory, where the steps run:
  {
    "capioDir": "data",                   where files are exchanged (".")
    "workflowName": "flights",            name that the steps share ("CAPIO")
    "capioCl": "flights.capio.json",      CAPIO-CL configuration (none)
    "memoryDir": "/run/user/1000",        for "storage.memory" in it (none)
    "steps": [
      {
        "name": "extract",                name of the step in CAPIO-CL
        "machine": "north",               where it runs, with --machine
        "script": "extract.ts",
        "args": ["data/flights.csv"],     arguments of the script
        "denoFlags": ["--allow-net"],     besides reading and writing capioDir
        "partialReads": false             as --partial-reads of "sluice run"
      },
      {
        "name": "unpack",                 a step that is any program, with the
        "command": ["gzip", "-dc"],       forms of "sluice exec" in arguments
        "stdin": "flights.csv.gz",        file in capioDir, or nothing
        "stdout": "flights.csv",          as "stderr"; shown if left out
        "env": { "LC_ALL": "C" },         besides the environment
        "cwd": "tools",                   (".")
        "ok": [0, 2]                      statuses that are a success ([0])
      }
    ]
  }

--sequential runs the steps one after the other instead, in the order of FILE
and without sluice. --verify runs them so twice, and then at the same time, each
in a copy of capioDir under the directory for temporary files, without outputs
of earlier runs. It names what differs between the first two runs, compares all
other files that they leave byte by byte, and says in its last line whether all
is the same, and how much faster it was; the exit code is then 0.

With --machine or --nats only the steps of this machine are started, after its
"sluice agent", which is started again when it dies; those of other machines are
started there in the same way. When a step fails on one of them, the steps of
all are told to stop, and the exit code is 1 here. The command ends when its
steps have ended and no other machine needs its files.

Options:
  --sequential        Run the steps one after the other
  --verify            Show that they give the same at the same time
  --ignore GLOB       Leave these files out of --verify; relative to capioDir,
                      can be repeated
  --with-outputs      Begin --verify with outputs of earlier runs, too
  --timeline FILE     Draw an SVG of who wrote and read which file, when
${pageHelp(22)}
  --memory-dir DIR    Directory in memory for files that "storage.memory" of the
                      configuration names (default: "memoryDir" of FILE, or
                      $CAPIO_MEMORY_DIR, or none)
  --silent            Tell no long waits (default: $CAPIO_SILENT is 1)
  --shared            Let other members of the group of capioDir take part, who
                      say so too (default: $CAPIO_SHARED is group)
${machineHelp(22)}
  --deno-flag=FLAG    Start every step with this flag of "deno run" too; can be
                      repeated, for instance --deno-flag=--config=deno.json

Any other option goes to "deno run" of every script, too, for instance
--allow-net or --config=deno.json; write a value after "=".

Example:
  sluice workflow --timeline flights.svg flights.json`,
  async run(args, signal) {
    const options = parseOptions(args);
    const given = await readPlanFile(options.file, {
      withoutCapioCl: options.sequential,
    });
    const memoryDir = options.memoryDir || given.memoryDir ||
      environmentVariable("CAPIO_MEMORY_DIR") || "";
    const plan = { ...given, memoryDir: memoryDir && resolve(memoryDir) };
    assertScripts(plan, options.bareFlags);
    if (options.sequential) return await runPlanInOrder(plan, options, signal);
    if (options.verify) return await verifyPlan(plan, options, signal);
    const here = options.isOneOfSeveral
      ? await machineArguments(options.machineValues)
      : undefined;
    if (here) assertMachineOf(plan, options.file, here);
    const running = { ...options, here };
    if (!options.page) return await runPlan(plan, running, undefined, signal);
    await using page = servePage(options.page, "workflow", {
      steps: plan.steps.map(({ name }) => name),
      hiddenApps: [WORKFLOW_APP],
      signal,
    });
    try {
      const code = await runPlan(plan, running, page, signal);
      if (options.page.keep) await untilInterrupted("workflow", signal);
      return code;
    } catch (error) {
      page.end({ kind: "failed", text: "Could not be run" });
      throw error;
    }
  },
};

interface WorkflowOptions extends PlanVerifyOptions {
  readonly file: string;
  readonly sequential: boolean;
  readonly verify: boolean;
  /** Those of the flags for Deno that were given as options of their own. */
  readonly bareFlags: readonly string[];
  /** The directory for files in memory, if it is not that of the plan. */
  readonly memoryDir?: string;
  /** The page to watch it, if one is wanted. */
  readonly page?: PageRequest;
  /** Whether the workflow has several machines, this one among them. */
  readonly isOneOfSeveral: boolean;
  readonly machineValues: MachineValues;
}

const OPTIONS = {
  ...PAGE_OPTIONS,
  ...MACHINE_OPTIONS,
  sequential: { type: "boolean", default: false },
  verify: { type: "boolean", default: false },
  ignore: { type: "string", multiple: true, default: [] },
  "with-outputs": { type: "boolean", default: false },
  timeline: { type: "string" },
  "memory-dir": { type: "string" },
  silent: { type: "boolean" },
  shared: { type: "boolean", default: false },
  "deno-flag": { type: "string", multiple: true, default: [] },
} as const satisfies ParseArgsOptionsConfig;

function parseOptions(args: string[]): WorkflowOptions {
  const { own, denoFlags: bareFlags } = splitDenoFlags(
    withPageValue(args),
    OPTIONS,
  );
  const { values, positionals } = parseArguments({
    args: own,
    options: OPTIONS,
    allowPositionals: true,
  });
  const [file, ...others] = positionals;
  if (file === undefined) throw new UsageError("FILE is missing");
  if (others.length > 0) {
    throw new UsageError(
      `Unexpected argument "${others[0]}"`,
    );
  }
  checkDenoFlags(values["deno-flag"]);
  const denoFlags = [...values["deno-flag"], ...bareFlags];
  const { timeline, "memory-dir": memoryDir } = values;
  const { sequential, verify, ignore, "with-outputs": withOutputs } = values;
  const silent = values.silent ?? isSilentByEnvironment();
  const shared = values.shared ? "group" : undefined;
  const page = pageRequest(values);
  const isOneOfSeveral = Object.keys(MACHINE_OPTIONS).some((name) => {
    const value = values[name as keyof typeof MACHINE_OPTIONS];
    return value !== undefined && value !== false;
  });
  if (isOneOfSeveral && (sequential || verify)) {
    const way = sequential ? "sequential" : "verify";
    throw new UsageError(
      `"--machine" and its options cannot be used with "--${way}"`,
    );
  }
  checkWayOfRunning({
    sequential,
    verify,
    ignore,
    withOutputs,
    timeline,
    page,
  });
  return {
    file,
    sequential,
    verify,
    ignore,
    withOutputs,
    bareFlags,
    denoFlags,
    timeline,
    silent,
    shared,
    memoryDir,
    page,
    isOneOfSeveral,
    machineValues: values,
  };
}

/** Refuses options that have no meaning for the way in which the steps run. */
function checkWayOfRunning(
  { sequential, verify, ignore, withOutputs, timeline, page }: Pick<
    WorkflowOptions,
    | "sequential"
    | "verify"
    | "ignore"
    | "withOutputs"
    | "timeline"
    | "page"
  >,
): void {
  const refuse = (option: string, other: string) => {
    throw new UsageError(`"--${option}" cannot be used with "--${other}"`);
  };
  if (sequential && verify) refuse("sequential", "verify");
  if (sequential && timeline !== undefined) refuse("timeline", "sequential");
  if (page && (sequential || verify)) {
    refuse("page", sequential ? "sequential" : "verify");
  }
  const idle = [
    ...ignore.length > 0 ? ["ignore"] : [],
    ...withOutputs ? ["with-outputs"] : [],
  ];
  if (idle.length > 0 && !verify) {
    throw new UsageError(`"--${idle[0]}" can be used with "--verify" only`);
  }
}
