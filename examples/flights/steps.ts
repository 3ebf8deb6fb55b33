/**
 * The four steps of the flights workflow, run as processes of their own.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { TextLineStream } from "@std/streams";
import { stepCommand } from "../../src/capio/mod.ts";
import { flightsUrl } from "./dataset.ts";

/** A step and what happened when, in milliseconds since the beginning. */
export interface StepRun {
  readonly name: string;
  readonly started: number;
  readonly ended: number;
  /** What it said about how far it was; the first at its first input. */
  readonly reports: readonly { readonly at: number; readonly count: number }[];
}

const STEP_NAMES = ["extract", "delays", "report", "store"] as const;

interface Step {
  readonly name: (typeof STEP_NAMES)[number];
  readonly args: readonly string[];
  readonly denoFlags: readonly string[];
}

/** What the steps write, in the order in which they do. */
export const FILES = [
  "flights.csv",
  "delays.csv",
  "report.svg",
  "evening.csv",
] as const;

/** Under this name the steps find each other when they run at once. */
export const WORKFLOW_NAME = "flights";

const CAPIO_CL_FILE = fromFileUrl(
  new URL("flights.capio.json", import.meta.url),
);

/** How the steps are run. */
export interface RunOptions {
  /** An existing directory for the files. */
  readonly directory: string;
  /** Bytes of `flights.csv`. */
  readonly size: number;
  /** Flags of `deno run`, such as `--config=FILE`. */
  readonly denoFlags: readonly string[];
  readonly signal: AbortSignal;
}

/** Compiles the steps, and fetches what they import, so that no run has to. */
export async function prepareSteps(
  denoFlags: readonly string[],
): Promise<void> {
  const args = ["cache", ...denoFlags, ...STEP_NAMES.map(scriptOf)];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args })
    .output();
  if (success) return;
  throw new Error(
    `Cannot fetch what the steps import: ${
      new TextDecoder().decode(stderr).trim()
    }`,
  );
}

/** Each step when the one before has ended, on plain files. */
export async function runOneAfterAnother(
  options: RunOptions,
): Promise<StepRun[]> {
  const { directory } = options;
  const begun = performance.now();
  const runs: StepRun[] = [];
  for (const step of stepsOf(options)) {
    const args = [
      "run",
      ...withPaths(step.denoFlags, directory),
      scriptOf(step.name),
      ...step.args,
    ];
    runs.push(await run(step.name, args, {}, begun, options.signal));
  }
  return runs;
}

/** All steps at once, each in a CAPIO context that it does not know of. */
export async function runAtTheSameTime(
  options: RunOptions,
): Promise<StepRun[]> {
  const begun = performance.now();
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const runs = stepsOf(options).map(async (step) => {
    const { args, env } = stepCommand({
      capioDir: options.directory,
      appName: step.name,
      workflowName: WORKFLOW_NAME,
      capioClConfigurationFile: CAPIO_CL_FILE,
      script: scriptOf(step.name),
      args: step.args,
      denoFlags: step.denoFlags,
    });
    try {
      return await run(step.name, args, env, begun, signal);
    } catch (error) {
      // Without it the others have nothing to wait for.
      failure.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

function stepsOf({ directory, size, denoFlags }: RunOptions): Step[] {
  const [flights, delays, report, evening] = FILES.map((name) =>
    join(directory, name)
  );
  const dataset = `--allow-read=${fromFileUrl(flightsUrl)}`;
  return [
    {
      name: "extract",
      args: [flights, String(size)],
      denoFlags: [...denoFlags, dataset],
    },
    { name: "delays", args: [flights, delays], denoFlags },
    { name: "report", args: [delays, report], denoFlags },
    {
      name: "store",
      args: [delays, evening],
      denoFlags: [...denoFlags, "--allow-net=127.0.0.1"],
    },
  ];
}

function scriptOf(name: string): string {
  return fromFileUrl(new URL(`${name}.ts`, import.meta.url));
}

/** What {@linkcode stepCommand} grants a step, for one that runs without it. */
function withPaths(denoFlags: readonly string[], directory: string): string[] {
  const read = "--allow-read=";
  const readable = denoFlags.filter((flag) => flag.startsWith(read))
    .map((flag) => flag.slice(read.length));
  return [
    ...denoFlags.filter((flag) => !flag.startsWith(read)),
    read + [directory, ...readable].join(","),
    `--allow-write=${directory}`,
  ];
}

async function run(
  name: string,
  args: string[],
  env: Record<string, string>,
  begun: number,
  signal: AbortSignal,
): Promise<StepRun> {
  signal.throwIfAborted();
  const now = () => performance.now() - begun;
  const started = now();
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env,
    stdin: "null",
    stdout: "piped",
    signal,
  }).spawn();
  const reports: { at: number; count: number }[] = [];
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    reports.push({ at: now(), count: parseInt(line) });
  }
  const { success, code, signal: killedBy } = await child.status;
  signal.throwIfAborted();
  if (!success) {
    throw new Error(
      `Step "${name}" failed: ${killedBy ?? `exit code ${code}`}`,
    );
  }
  return { name, started, ended: now(), reports };
}
