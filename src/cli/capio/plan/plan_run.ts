import {
  CapioWorkspace,
  drawTimeline,
  followWorkflow,
  type RunningAgent,
  timelineIntervals,
  type WorkflowOutcome,
  type WorkflowStatus,
  workflowStatus,
} from "../../../capio/mod.ts";
import { Terminal } from "../../command/mod.ts";
import {
  beforeLong,
  fileSystemWarning,
  leave,
  startMachineAgent,
  stopMachineAgent,
} from "../running/mod.ts";
import type { MachineArguments } from "../arguments/mod.ts";
import type { PlanFile } from "./plan_file.ts";
import {
  failureElsewhere,
  placementOf,
  statusHere,
  stepsHere,
} from "./plan_machines.ts";
import { outcomeOf, summaryLines } from "./plan_summary.ts";
import {
  fileLines,
  hasGoneBySize,
  memberLines,
  orderLines,
  warningLines,
  WORKFLOW_APP,
} from "../status/mod.ts";
import { contextStep } from "./plan_step.ts";
import { runSteps } from "./step_processes.ts";
import type { StepEnd, StepFailure, StepWatcher } from "./step_programs.ts";

/** How a plan is run. */
export interface PlanRunOptions {
  readonly denoFlags: readonly string[];
  /** Whether the steps tell none of their long waits. */
  readonly silent: boolean;
  /** Set when the workflow is shared with the group of its directory. */
  readonly shared?: "group";
  /** Path of the file for the timeline. */
  readonly timeline?: string;
  /** How this machine takes part, where the workflow has several. */
  readonly here?: MachineArguments;
}

/** Is told of a run, beside the terminal. */
export interface PlanWatcher extends StepWatcher {
  /** Shows the status again and again. */
  show?(status: WorkflowStatus): void;
  end?(outcome: WorkflowOutcome): void;
}

/**
 * Runs all steps of a plan, and tells how that ended.
 *
 * @param page Shows it too, or takes note of it.
 * @returns The exit code of the command.
 */
export async function runPlan(
  plan: PlanFile,
  options: PlanRunOptions,
  page: PlanWatcher | undefined,
  signal: AbortSignal,
): Promise<number> {
  const { timeline, here } = options;
  assertNotRunning(plan);
  // Fails now rather than in an hour when the file cannot be written.
  if (timeline) await writeTimeline(timeline, drawTimeline([]));
  const terminal = new Terminal("stderr");
  const begun = performance.now();
  const fileSystem = await fileSystemWarning(plan.capioDir);
  if (fileSystem) await terminal.print(`sluice workflow: ${fileSystem}`);
  const run = (agent?: RunningAgent) =>
    takePart(plan, options, { terminal, page, agent, begun }, signal);
  if (!here) return await run();
  const print = (line: string) =>
    void terminal.print(
      line.startsWith("sluice ") ? line : `sluice workflow: ${line}`,
    );
  const { capioDir, workflowName, memoryDir, capioCl } = plan;
  const agent = await startMachineAgent({
    here,
    capioDir,
    workflowName,
    memoryDir,
    capioClConfigurationFile: capioCl,
    shared: options.shared,
    denoFlags: options.denoFlags,
    cwd: plan.directory,
    print,
  }, signal);
  try {
    return await run(agent);
  } finally {
    await stopMachineAgent(agent, here, print, signal);
  }
}

/** Where a run is shown, and its agent where the workflow has several machines. */
interface Surrounding extends Shown {
  readonly agent: RunningAgent | undefined;
  /** When it began, as `performance.now` tells it. */
  readonly begun: number;
}

/** Runs the steps beside a member that is this command. */
async function takePart(
  plan: PlanFile,
  options: PlanRunOptions,
  { terminal, page, agent, begun }: Surrounding,
  signal: AbortSignal,
): Promise<number> {
  const { timeline, shared, here } = options;
  // While it takes part, the run does not end between two short steps.
  const workspace = await CapioWorkspace.join({
    capioDir: plan.capioDir,
    appName: WORKFLOW_APP,
    workflowName: plan.workflowName,
    capioClConfigurationFile: plan.capioCl ?? "",
    memoryDir: plan.memoryDir ?? "",
    // The steps learn their order from the journal.
    steps: plan.steps.map(({ name }) => name),
    ...here && { machine: here.machine, machines: placementOf(plan) },
    silent: options.silent,
    shared,
    signal,
  });
  let isFailed = true;
  try {
    const ends: StepEnd[] = [];
    const failure = await runWithProgress(
      plan,
      options,
      { terminal, page, workspace, agent, ended: (end) => ends.push(end) },
      signal,
    );
    isFailed = failure !== undefined || signal.aborted;
    const status = await presentStatus(workspace, plan, signal);
    if (timeline) await writeTimeline(timeline, timelineOf(status, ends));
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const isEarly = orderLines(status).length > 0 || hasGoneBySize(status);
    const outcome = outcomeOf(failure, signal, isEarly, here?.machine);
    page?.show?.(status);
    page?.end?.(outcome);
    await terminal.print(`sluice workflow: ${outcome.text} after ${seconds} s`);
    for (const line of summaryLines(ends, statusHere(status, plan, here))) {
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
  for (const { app, machine, pid, state } of present?.members ?? []) {
    if (state !== "running" || machine !== undefined) continue;
    if (app !== WORKFLOW_APP && !steps.some(({ name }) => name === app)) {
      continue;
    }
    throw new Error(
      `"${app}" of workflow "${workflowName}" is running in "${capioDir}" already, as process ${pid}`,
    );
  }
}

/** Where the progress is shown. */
interface Shown {
  readonly terminal: Terminal;
  readonly page: PlanWatcher | undefined;
}

/** What the steps run with. */
interface Running extends Shown {
  readonly agent: RunningAgent | undefined;
  readonly workspace: CapioWorkspace;
  /** Is called for each step that has ended, but for scripts that ended well. */
  readonly ended: (end: StepEnd) => void;
}

async function runWithProgress(
  plan: PlanFile,
  options: PlanRunOptions,
  { terminal, page, workspace, agent, ended }: Running,
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const { here } = options;
  const over = new AbortController();
  const progress = showProgress(plan, { terminal, page }, over.signal);
  // What happens on other machines, and to the own agent, ends the steps here.
  const elsewhere = agent && Promise.race([
    failureElsewhere(plan, over.signal),
    // One that was told to stop by hand leaves the steps to themselves.
    agent.ended.then(() => new Promise<undefined>(() => {})),
  ]);
  elsewhere?.catch(() => {});
  try {
    const steps = stepsHere(plan, here).map((step) =>
      contextStep(plan, step, {
        ...options,
        machine: here?.machine,
        workspace,
      })
    );
    return await runSteps(steps, terminal, signal, ended, page, elsewhere);
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
  if (!terminal.isLive && !page?.show) return;
  const draw = new WritableStream<WorkflowStatus>({
    write(status) {
      page?.show?.(status);
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

function progressLines(status: WorkflowStatus): string[] {
  const members = status.members.filter(({ app }) => app !== WORKFLOW_APP);
  return [...memberLines({ ...status, members }), ...fileLines(status)];
}

function timelineOf(
  status: WorkflowStatus,
  ends: readonly StepEnd[],
): string {
  const title = `Workflow "${status.workflowName}": who wrote and read what`;
  const intervals = timelineIntervals(status, Date.now(), {
    stopped: ends.filter(({ kind }) => kind === "stopped")
      .map(({ name }) => name),
    hiddenApps: [WORKFLOW_APP],
  });
  return drawTimeline(intervals, { title });
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
