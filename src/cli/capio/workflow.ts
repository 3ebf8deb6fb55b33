import { resolve } from "@std/path";
import {
  CapioWorkspace,
  drawTimeline,
  followWorkflow,
  stepCommand,
  timelineIntervals,
  type WorkflowOutcome,
  type WorkflowPage,
  type WorkflowStatus,
  workflowStatus,
} from "../../capio/mod.ts";
import {
  type Command,
  environmentVariable,
  parseArguments,
  Terminal,
  UsageError,
} from "../command/mod.ts";
import { fileSystemWarning } from "./file_system_warning.ts";
import {
  PAGE_OPTIONS,
  pageHelp,
  type PageRequest,
  pageRequest,
  servePage,
  untilInterrupted,
  withPageValue,
} from "./page_option.ts";
import { beforeLong, leave } from "./leaving.ts";
import { type PlanFile, readPlanFile } from "./plan_file.ts";
import {
  fileLines,
  hasGoneBySize,
  memberLines,
  orderLines,
  warningLines,
} from "./status_lines.ts";
import { isSilentByEnvironment } from "./step_arguments.ts";
import { runSteps, type StepProcess } from "./step_processes.ts";
import type { StepEnd, StepFailure, StepProgram } from "./step_programs.ts";
import { WORKFLOW_APP } from "./workflow_app.ts";

/** Most programs, and most files, that the summary lists. */
const MOST_LINES_OF_SUMMARY = 20;

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

Options:
  --timeline FILE     Draw an SVG of who wrote and read which file, when
${pageHelp(22)}
  --memory-dir DIR    Directory in memory for files that "storage.memory" of the
                      configuration names (default: "memoryDir" of FILE, or
                      $CAPIO_MEMORY_DIR, or none)
  --silent            Tell no long waits (default: $CAPIO_SILENT is 1)
  --shared            Let other members of the group of capioDir take part, who
                      say so too (default: $CAPIO_SHARED is group)
  --deno-flag=FLAG    Start every step with this flag of "deno run" too; can be
                      repeated, for instance --deno-flag=--config=deno.json

Example:
  sluice workflow --timeline flights.svg flights.json`,
  async run(args, signal) {
    const options = parseOptions(args);
    const given = await readPlanFile(options.file);
    const memoryDir = options.memoryDir || given.memoryDir ||
      environmentVariable("CAPIO_MEMORY_DIR") || "";
    const plan = { ...given, memoryDir: memoryDir && resolve(memoryDir) };
    if (!options.page) return await runPlan(plan, options, undefined, signal);
    await using page = servePage(options.page, "workflow", {
      steps: plan.steps.map(({ name }) => name),
      hiddenApps: [WORKFLOW_APP],
      signal,
    });
    try {
      const code = await runPlan(plan, options, page, signal);
      if (options.page.keep) await untilInterrupted("workflow", signal);
      return code;
    } catch (error) {
      page.end({ kind: "failed", text: "Could not be run" });
      throw error;
    }
  },
};

interface WorkflowOptions {
  readonly file: string;
  readonly denoFlags: readonly string[];
  /** Whether the steps tell none of their long waits. */
  readonly silent: boolean;
  /** Set when the workflow is shared with the group of its directory. */
  readonly shared?: "group";
  /** The directory for files in memory, if it is not that of the plan. */
  readonly memoryDir?: string;
  /** The page to watch it, if one is wanted. */
  readonly page?: PageRequest;
  /** Path of the file for the timeline. */
  readonly timeline?: string;
}

function parseOptions(args: string[]): WorkflowOptions {
  const { values, positionals } = parseArguments({
    args: withPageValue(args),
    options: {
      ...PAGE_OPTIONS,
      timeline: { type: "string" },
      "memory-dir": { type: "string" },
      silent: { type: "boolean", default: isSilentByEnvironment() },
      shared: { type: "boolean", default: false },
      "deno-flag": { type: "string", multiple: true, default: [] },
    },
    allowPositionals: true,
  });
  const [file, ...others] = positionals;
  if (file === undefined) throw new UsageError("FILE is missing");
  if (others.length > 0) {
    throw new UsageError(
      `Unexpected argument "${others[0]}"`,
    );
  }
  const denoFlags = values["deno-flag"];
  const word = denoFlags.find((flag) => !flag.startsWith("-"));
  if (word !== undefined) {
    throw new UsageError(
      `"--deno-flag" must be a flag that begins with "-", found "${word}"`,
    );
  }
  const { timeline, silent, "memory-dir": memoryDir } = values;
  const shared = values.shared ? "group" : undefined;
  const page = pageRequest(values);
  return { file, denoFlags, timeline, silent, shared, memoryDir, page };
}

async function runPlan(
  plan: PlanFile,
  options: WorkflowOptions,
  page: WorkflowPage | undefined,
  signal: AbortSignal,
): Promise<number> {
  const { timeline, shared } = options;
  assertNotRunning(plan);
  // Fails now rather than in an hour when the file cannot be written.
  if (timeline) await writeTimeline(timeline, drawTimeline([]));
  const terminal = new Terminal("stderr");
  const begun = performance.now();
  const fileSystem = await fileSystemWarning(plan.capioDir);
  if (fileSystem) await terminal.print(`sluice workflow: ${fileSystem}`);
  // While it takes part, the run does not end between two short steps.
  const workspace = await CapioWorkspace.join({
    capioDir: plan.capioDir,
    appName: WORKFLOW_APP,
    workflowName: plan.workflowName,
    capioClConfigurationFile: plan.capioCl ?? "",
    memoryDir: plan.memoryDir ?? "",
    // The steps learn their order from the journal.
    steps: plan.steps.map(({ name }) => name),
    silent: options.silent,
    shared,
    signal,
  });
  let isFailed = true;
  try {
    await warnOfAbsentApps(plan, terminal);
    const ends: StepEnd[] = [];
    const failure = await runWithProgress(
      plan,
      options,
      { terminal, page, workspace, ended: (end) => ends.push(end) },
      signal,
    );
    isFailed = failure !== undefined || signal.aborted;
    const status = await presentStatus(workspace, plan, signal);
    if (timeline) await writeTimeline(timeline, timelineOf(status));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const isEarly = orderLines(status).length > 0 || hasGoneBySize(status);
    const outcome = outcomeOf(failure, signal, isEarly);
    page?.show(status);
    page?.end(outcome);
    await terminal.print(`sluice workflow: ${outcome.text} after ${seconds} s`);
    for (const line of [...programLines(ends), ...summary(status)]) {
      await terminal.print(`  ${line}`);
    }
    for (const line of warningLines(status)) {
      await terminal.print(`sluice workflow: ${line}`);
    }
    return failure?.code ?? (isEarly ? 1 : 0);
  } finally {
    await leave(workspace, isFailed, signal);
  }
}

/** The status after this command has reported what no other member reports. */
async function presentStatus(
  workspace: CapioWorkspace,
  { capioDir, workflowName }: PlanFile,
  signal: AbortSignal,
): Promise<WorkflowStatus> {
  const status = await beforeLong(
    workspace,
    () => workspace.status(),
    signal,
  );
  return status ?? workflowStatus(capioDir, { workflowName }) ??
    workspace.status();
}

/** Refuses to start a step twice: both processes would write the same files. */
function assertNotRunning({ capioDir, workflowName, steps }: PlanFile): void {
  const present = workflowStatus(capioDir, { workflowName });
  for (const { app, pid, state } of present?.members ?? []) {
    if (state !== "running") continue;
    if (app !== WORKFLOW_APP && !steps.some(({ name }) => name === app)) {
      continue;
    }
    throw new Error(
      `"${app}" of workflow "${workflowName}" is running in "${capioDir}" already, as process ${pid}`,
    );
  }
}

async function warnOfAbsentApps(
  { capioCl, absentApps }: PlanFile,
  terminal: Terminal,
): Promise<void> {
  for (const app of absentApps) {
    await terminal.print(
      `sluice workflow: "${app}" in "${capioCl}" is not one of the steps, so it has to be started by other means`,
    );
  }
}

/** Where the progress is shown. */
interface Shown {
  readonly terminal: Terminal;
  readonly page: WorkflowPage | undefined;
}

/** What the steps run with. */
interface Running extends Shown {
  readonly workspace: CapioWorkspace;
  /** Is called for each program that has ended. */
  readonly ended: (end: StepEnd) => void;
}

async function runWithProgress(
  plan: PlanFile,
  options: WorkflowOptions,
  { terminal, page, workspace, ended }: Running,
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const over = new AbortController();
  const progress = showProgress(plan, { terminal, page }, over.signal);
  try {
    const steps = stepsOf(plan, options, workspace);
    return await runSteps(steps, terminal, signal, ended, page);
  } finally {
    over.abort();
    await progress;
    await terminal.draw([]);
  }
}

async function showProgress(
  { capioDir, workflowName, memoryDir }: PlanFile,
  { terminal, page }: Shown,
  signal: AbortSignal,
): Promise<void> {
  if (!terminal.isLive && !page) return;
  const draw = new WritableStream<WorkflowStatus>({
    write(status) {
      page?.show(status);
      return terminal.draw(progressLines(status));
    },
  });
  try {
    await followWorkflow(capioDir, { workflowName, memoryDir })
      ?.pipeTo(draw, { signal });
  } catch {
    // The steps go on without their progress being shown.
  }
}

function stepsOf(
  { capioDir, workflowName, capioCl, memoryDir, directory, steps }: PlanFile,
  { denoFlags, silent, shared }: WorkflowOptions,
  workspace: CapioWorkspace,
): (StepProcess | StepProgram)[] {
  return steps.map((step) => {
    // Only the plan counts, not the environment.
    const member = {
      capioDir,
      appName: step.name,
      workflowName,
      capioClConfigurationFile: capioCl ?? "",
      memoryDir,
      silent,
      shared,
    };
    if ("command" in step) return { name: step.name, program: step, workspace };
    const { args, env } = stepCommand({
      ...member,
      script: step.script,
      args: step.args,
      partialReads: step.partialReads,
      denoFlags: [...denoFlags, ...step.denoFlags],
    });
    return { ...step, args, env: { CAPIO_CL: "", ...env }, cwd: directory };
  });
}

function progressLines(status: WorkflowStatus): string[] {
  const members = status.members.filter(({ app }) => app !== WORKFLOW_APP);
  return [...memberLines({ ...status, members }), ...fileLines(status)];
}

function outcomeOf(
  failure: StepFailure | undefined,
  signal: AbortSignal,
  isOutOfOrder: boolean,
): WorkflowOutcome {
  if (signal.aborted) return { kind: "interrupted", text: "Interrupted" };
  if (!failure && isOutOfOrder) {
    return {
      kind: "careful",
      text:
        "All steps ended well, but not all read what they read one after the other,",
    };
  }
  if (!failure) return { kind: "well", text: "All steps ended well" };
  const { name, code, signal: killedBy, why } = failure;
  if (why !== undefined) {
    return { kind: "failed", text: `Step "${name}" failed: ${why},` };
  }
  return {
    kind: "failed",
    text: killedBy
      ? `Step "${name}" was killed by ${killedBy}`
      : `Step "${name}" failed with exit code ${code}`,
  };
}

/** Says how the programs of steps have ended, in the order in which they did. */
function programLines(ends: readonly StepEnd[]): readonly string[] {
  const width = Math.max(...ends.map(({ name }) => name.length));
  const lines = ends
    .map(({ name, outcome }) => `${name.padEnd(width)}  ${outcome}`);
  return shortened(lines, "programs");
}

function summary(status: WorkflowStatus): readonly string[] {
  return shortened(fileLines(status, { isOver: true }), "files");
}

function shortened(lines: readonly string[], what: string): readonly string[] {
  if (lines.length <= MOST_LINES_OF_SUMMARY) return lines;
  const shown = lines.slice(0, MOST_LINES_OF_SUMMARY);
  return [...shown, `... and ${lines.length - shown.length} more ${what}`];
}

function timelineOf(status: WorkflowStatus): string {
  const title = `Workflow "${status.workflowName}": who wrote and read what`;
  return drawTimeline(timelineIntervals(status, Date.now()), { title });
}

async function writeTimeline(path: string, svg: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, svg);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(
      `Cannot write the timeline "${path}": ${error.message}`,
      { cause: error },
    );
  }
}
