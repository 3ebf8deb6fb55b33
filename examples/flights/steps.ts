/**
 * The four steps of the flights workflow, run as processes of their own.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { TextLineStream } from "@std/streams";
import { stepCommand } from "../../src/capio/mod.ts";
import { flightsUrl } from "./dataset.ts";

/** A finished step. Times are milliseconds since the run began. */
export interface StepRun {
  readonly name: string;
  /** The program, without its directory. */
  readonly script: string;
  readonly started: number;
  readonly ended: number;
  /** Its reports of how far it was; the first came with its first input. */
  readonly reports: readonly { readonly at: number; readonly count: number }[];
}

const SCRIPTS = [
  "extract.ts",
  "download.ts",
  "delays.ts",
  "report.ts",
  "store.ts",
] as const;

interface Step {
  /** The name under which CAPIO-CL knows it. */
  readonly name: string;
  readonly script: (typeof SCRIPTS)[number];
  readonly args: readonly string[];
  readonly denoFlags: readonly string[];
}

/** The files that the steps write, in the order of the steps. */
export const FILES = [
  "flights.csv",
  "delays.csv",
  "report.svg",
  "evening.csv",
] as const;

/** The name that steps at once have in common. */
export const WORKFLOW_NAME = "flights";

const CAPIO_CL_FILE = fromFileUrl(
  new URL("flights.capio.json", import.meta.url),
);

/** Options of a run. */
export interface RunOptions {
  /** An existing directory for the files. */
  readonly directory: string;
  /** Bytes of `flights.csv`. */
  readonly size: number;
  /** Where to download the flights from; else `extract.ts` makes them. */
  readonly source?: URL;
  /** Flags of `deno run`, such as `--config=FILE`. */
  readonly denoFlags: readonly string[];
  readonly signal: AbortSignal;
}

/** Compiles the steps and fetches their imports, so that no run has to. */
export async function prepareSteps(
  denoFlags: readonly string[],
): Promise<void> {
  const args = ["cache", ...denoFlags, ...SCRIPTS.map(pathOf)];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args })
    .output();
  if (success) return;
  throw new Error(
    `Cannot fetch what the steps import: ${
      new TextDecoder().decode(stderr).trim()
    }`,
  );
}

/** Runs each step when the one before has ended, on plain files. */
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
      pathOf(step.script),
      ...step.args,
    ];
    runs.push(await run(step, args, {}, begun, options.signal));
  }
  return runs;
}

/** Runs all steps at once, each in a CAPIO context that it does not know of. */
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
      script: pathOf(step.script),
      args: step.args,
      denoFlags: step.denoFlags,
    });
    try {
      return await run(step, args, env, begun, signal);
    } catch (error) {
      // The other steps would wait for its files in vain.
      failure.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

function stepsOf(options: RunOptions): Step[] {
  const { directory, denoFlags } = options;
  const [flights, delays, report, evening] = FILES.map((name) =>
    join(directory, name)
  );
  return [
    sourceStep(flights, options),
    {
      name: "delays",
      script: "delays.ts",
      args: [flights, delays],
      denoFlags,
    },
    { name: "report", script: "report.ts", args: [delays, report], denoFlags },
    {
      name: "store",
      script: "store.ts",
      args: [delays, evening],
      denoFlags: [...denoFlags, "--allow-net=127.0.0.1"],
    },
  ];
}

/** The first step: its name stays, whichever program gets the flights. */
function sourceStep(
  output: string,
  { size, source, denoFlags }: RunOptions,
): Step {
  if (source) {
    return {
      name: "extract",
      script: "download.ts",
      args: [source.href, output],
      denoFlags: [...denoFlags, `--allow-net=${source.host}`],
    };
  }
  const dataset = `--allow-read=${fromFileUrl(flightsUrl)}`;
  return {
    name: "extract",
    script: "extract.ts",
    args: [output, String(size)],
    denoFlags: [...denoFlags, dataset],
  };
}

function pathOf(script: string): string {
  return fromFileUrl(new URL(script, import.meta.url));
}

/** Adds the permissions that {@linkcode stepCommand} grants. */
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
  { name, script }: Step,
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
  return { name, script, started, ended: now(), reports };
}
