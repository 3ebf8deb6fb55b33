/**
 * The steps of the polyglot workflow, and two ways to run them: one after another
 * by the shell, on plain files, and all at the same time.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import {
  parseWorkflowPlan,
  type ProgramStepPlan,
  type StepPlan,
  type WorkflowPlan,
  workflowStatus,
} from "../../src/capio/mod.ts";

/** Where the files lie, below the directory of a run. */
export const DATA = "out";

/** The packed flights, with which a run begins. */
export const SOURCE = "flights.csv.gz";

const CLI = fromFileUrl(new URL("../../src/cli/mod.ts", import.meta.url));
const CAPIO_CL = fromFileUrl(new URL("polyglot.capio.json", import.meta.url));

/** Time between two looks at the sizes of files, in ms. */
const LOOK_MILLISECONDS = 50;

/** The steps that this machine can run, and the reasons why it cannot others. */
export interface Choice {
  readonly plan: WorkflowPlan;
  /** The names of the files and directories that the steps write. */
  readonly outputs: readonly string[];
  readonly leftOut: readonly string[];
}

/** A run of all steps. Times are milliseconds since it began. */
export interface Run {
  readonly ended: number;
  /** When each output had its first byte, or its first entry. */
  readonly firstBytes: ReadonlyMap<string, number>;
}

/** Options of a run. */
export interface RunOptions {
  /** A directory in which `DATA` has the packed flights. */
  readonly directory: string;
  readonly choice: Choice;
  readonly denoFlags: readonly string[];
  readonly signal: AbortSignal;
}

/** Leaves out what needs programs that this machine lacks. */
export async function chooseSteps(
  has: (program: string) => Promise<boolean> = isThere,
): Promise<Choice> {
  const url = new URL("polyglot.json", import.meta.url);
  const plan = parseWorkflowPlan(await Deno.readTextFile(url));
  const steps: StepPlan[] = [];
  const leftOut: string[] = [];
  const missing = new Set<string>();
  for (const step of plan.steps) {
    const program = "command" in step ? step.command[0] : "deno";
    const input = inputsOf(step).find((it) => missing.has(it));
    const isRun = program === "deno" || await has(program);
    if (isRun && input === undefined) {
      steps.push(step);
      continue;
    }
    for (const output of outputsOf(step)) missing.add(output);
    const reason = isRun ? `"${input}" is not made` : `no "${program}" here`;
    leftOut.push(`"${step.name}" is left out: ${reason}`);
  }
  const outputs = steps.flatMap(outputsOf);
  return { plan: { ...plan, steps }, outputs, leftOut };
}

/** Runs each step by the shell when the one before has ended. */
export async function runOneAfterAnother(
  { directory, choice, denoFlags, signal }: RunOptions,
): Promise<Run> {
  const data = join(directory, DATA);
  const sizeOf = (name: string) => sizeAt(join(data, name));
  return await watched(choice.outputs, sizeOf, async () => {
    for (const step of choice.plan.steps) {
      signal.throwIfAborted();
      if ("command" in step) await runByShell(step, data, signal);
      else {
        await run(Deno.execPath(), {
          args: [
            "run",
            "-A",
            ...denoFlags,
            scriptOf(step.script),
            ...step.args,
          ],
          cwd: directory,
          signal,
        });
      }
    }
  });
}

/** Runs all steps at the same time with `sluice workflow`. */
export async function runAtTheSameTime(
  { directory, choice, denoFlags, signal }: RunOptions,
): Promise<Run> {
  const plan = join(directory, "polyglot.json");
  const steps = choice.plan.steps.map((step) =>
    "command" in step ? step : { ...step, script: scriptOf(step.script) }
  );
  const text = JSON.stringify({ ...choice.plan, steps, capioCl: CAPIO_CL });
  await Deno.writeTextFile(plan, text);
  const data = join(directory, DATA);
  const { workflowName } = choice.plan;
  const sizeOf = (name: string) =>
    workflowStatus(data, { workflowName })?.files
      .find(({ path }) => path === name || path.startsWith(`${name}/`))?.size ??
      sizeAt(join(data, name));
  return await watched(choice.outputs, sizeOf, () =>
    run(Deno.execPath(), {
      args: [
        "run",
        "-A",
        ...denoFlags,
        CLI,
        "workflow",
        ...denoFlags.map((flag) => `--deno-flag=${flag}`),
        plan,
      ],
      cwd: directory,
      signal,
    }));
}

/** Runs a program by the shell, which opens its files. */
async function runByShell(
  { command, stdin, stdout, env, cwd }: ProgramStepPlan,
  data: string,
  signal: AbortSignal,
): Promise<void> {
  for (const argument of command) {
    const directory = /\{newdir:(.*?)\}/.exec(argument)?.[1];
    if (directory !== undefined) await Deno.mkdir(join(data, directory));
  }
  const args = command.map((argument) =>
    argument.replace(/\{\w+:(.*?)\}/, (_, name) => join(data, name))
  );
  const redirections = [
    stdin === undefined ? "" : '< "$STDIN"',
    stdout === undefined ? "" : '> "$STDOUT"',
  ].join(" ");
  await run("sh", {
    args: ["-c", `"$@" ${redirections}`, "sh", ...args],
    cwd: cwd ?? data,
    env: {
      ...env,
      STDIN: join(data, stdin ?? ""),
      STDOUT: join(data, stdout ?? ""),
    },
    signal,
  });
}

async function run(
  program: string,
  options: Deno.CommandOptions,
): Promise<void> {
  const command = new Deno.Command(program, {
    ...options,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const message = new TextDecoder().decode(stderr).trim();
  throw new Error(`"${program}" ended with status ${code}: ${message}`);
}

/** Notes during an operation when each output has its first byte. */
async function watched(
  outputs: readonly string[],
  sizeOf: (name: string) => number | undefined,
  operation: () => Promise<void>,
): Promise<Run> {
  const begun = performance.now();
  const firstBytes = new Map<string, number>();
  const look = () => {
    for (const name of outputs) {
      if (firstBytes.has(name) || !sizeOf(name)) continue;
      firstBytes.set(name, performance.now() - begun);
    }
  };
  const timer = setInterval(look, LOOK_MILLISECONDS);
  try {
    await operation();
    look();
    return { ended: performance.now() - begun, firstBytes };
  } finally {
    clearInterval(timer);
  }
}

function inputsOf(step: StepPlan): string[] {
  if (!("command" in step)) return [nameIn(step.args[0])];
  const named = step.command.join("\n").matchAll(/\{(?:in|file|dir):(.*?)\}/g);
  return [...step.stdin ? [step.stdin] : [], ...[...named].map(([, it]) => it)];
}

function outputsOf(step: StepPlan): string[] {
  if (!("command" in step)) return [nameIn(step.args[1])];
  const named = step.command.join("\n")
    .matchAll(/\{(?:out|newfile|newdir):(.*?)\}/g);
  const made = [...named].map(([, it]) => it);
  return [...step.stdout ? [step.stdout] : [], ...made];
}

function nameIn(path: string): string {
  return path.slice(`${DATA}/`.length);
}

function scriptOf(name: string): string {
  return fromFileUrl(new URL(name, import.meta.url));
}

/** Returns the size of a file, or 1 for a directory with entries. */
function sizeAt(path: string): number | undefined {
  try {
    const { isDirectory, size } = Deno.statSync(path);
    if (!isDirectory) return size;
    return [...Deno.readDirSync(path)].length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function isThere(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", 'command -v "$1"', "sh", program],
    stdout: "null",
  }).output();
  return success;
}
