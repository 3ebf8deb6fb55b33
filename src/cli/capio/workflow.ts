import { parseArgs } from "node:util";
import {
  CapioWorkspace,
  followWorkflow,
  stepCommand,
  type WorkflowStatus,
  workflowStatus,
} from "../../capio/mod.ts";
import { type Command, UsageError } from "../command.ts";
import { type PlanFile, readPlanFile } from "./plan_file.ts";
import { fileLines, memberLines } from "./status_lines.ts";
import { runSteps, type StepFailure, type StepProcess } from "./step_processes.ts";
import { Terminal } from "./terminal.ts";

/** Under this name the command itself takes part in the workflow. */
const APP_NAME = "sluice workflow";

/** What a shell reports of a command that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** Of more files the summary would be no summary. */
const MOST_FILES_IN_SUMMARY = 20;

/** `sluice workflow`: all steps of a workflow at once. */
export const workflow: Command = {
  name: "workflow",
  summary: "Run all steps of a workflow at the same time",
  help: `Usage: sluice workflow [OPTIONS] FILE

Starts all steps of a workflow at once and waits for them. What the steps print
is shown line by line behind their names; on a terminal the lines below it show
what each step does and how far each file is.

When a step fails, the others are told to stop (SIGTERM), and killed if they
have not within 5 seconds; the exit code is that of the step that failed first,
128 + N when signal N killed it. Ctrl-C stops all steps; the exit code is 130.

FILE is JSON. Paths in it are relative to it, and the steps run beside it:
  {
    "capioDir": "data",                   where files are exchanged (".")
    "workflowName": "flights",            what the steps share ("CAPIO")
    "capioCl": "flights.capio.json",      CAPIO-CL configuration (none)
    "steps": [
      {
        "name": "extract",                as CAPIO-CL knows the step
        "script": "extract.ts",
        "args": ["data/flights.csv"],     what the script is called with
        "denoFlags": ["--allow-net"]      besides reading and writing capioDir
      }
    ]
  }

Options:
  --timeline FILE     Draw who wrote and read what, when (SVG)
  --deno-flag=FLAG    Start every step with this flag of "deno run", too;
                      may be repeated: --deno-flag=--config=deno.json

Example:
  sluice workflow --timeline flights.svg flights.json`,
  async run(args, signal) {
    const { file, denoFlags, timeline } = parseOptions(args);
    const plan = await readPlanFile(file);
    return await runPlan(plan, denoFlags, signal);
  },
};

function parseOptions(args: string[]) {
  const { values, positionals } = parseWorkflowArgs(args);
  const [file, ...others] = positionals;
  if (file === undefined) throw new UsageError("No workflow file to run");
  if (others.length > 0) {
    throw new UsageError(`One file is enough, found also "${others[0]}"`);
  }
  const denoFlags = values["deno-flag"] ?? [];
  return { file, denoFlags, timeline: values.timeline };
}
