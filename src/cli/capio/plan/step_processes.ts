import type { StandardStream, Terminal } from "../../command/mod.ts";
import { denoProgram, endingWithUs, signalChild } from "../running/mod.ts";
import { shownLines } from "./shown_lines.ts";
import {
  feedInput,
  fileOfStream,
  openInput,
  type StreamFiles,
} from "./stream_files.ts";
import {
  runStepProgram,
  type StepEnd,
  type StepFailure,
  type StepProgram,
  type StepWatcher,
  type Surroundings,
  timing,
} from "./step_programs.ts";

/** How to start the process of a step. */
export interface StepProcess {
  /** Precedes each line of its output. */
  readonly name: string;
  /** The program, if it is not Deno. */
  readonly executable?: string;
  /** The arguments of Deno, or of that program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The exit codes that are a success; 0 alone by default. */
  readonly ok?: readonly number[];
  /** Files in the place of its standard streams. */
  readonly files?: StreamFiles;
  /** Is called before it is started. */
  prepare?(): void;
}

/** Milliseconds between the signal to stop and the kill. */
const GRACE_MILLISECONDS = 5_000;

/**
 * Runs all steps at once, and stops the others when one fails.
 *
 * @param signal Stops them all.
 * @param ended Is called for each program that has ended, and for each script
 * that has not ended well.
 * @param watcher Is told of all steps.
 * @param elsewhere Stops them all when it resolves to a failure, or rejects.
 * @returns The first failure; none when all went well or `signal` was first.
 * @throws {Error} If a step cannot be started or its output cannot be shown.
 */
export async function runSteps(
  steps: readonly (StepProcess | StepProgram)[],
  terminal: Terminal,
  signal: AbortSignal,
  ended: (end: StepEnd) => void,
  watcher?: StepWatcher,
  elsewhere?: Promise<StepFailure | undefined>,
): Promise<StepFailure | undefined> {
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  let failure: StepFailure | Error | undefined;
  const fail = (reason: StepFailure | Error) => {
    if (stop.aborted) return;
    failure = reason;
    failing.abort();
  };
  elsewhere?.then((reason) => reason && fail(reason), fail);
  const width = Math.max(...steps.map(({ name }) => name.length));
  await Promise.all(steps.map(async (step) => {
    const prefix = `${step.name.padEnd(width)} | `;
    const surroundings = { prefix, terminal, stop, fail, ended, watcher };
    const running = "program" in step
      ? runStepProgram(step, surroundings)
      : runStep(step, surroundings);
    await running.catch(fail);
  }));
  if (failure instanceof Error) throw failure;
  return failure;
}

/** Resolves when the step has ended and all its output has been shown. */
async function runStep(
  { name, executable, args, env, cwd, ok = [0], files, ...step }: StepProcess,
  { prefix, terminal, stop, fail, ended, watcher }: Surroundings,
): Promise<void> {
  const timed = timing();
  step.prepare?.();
  const input = openInput(files);
  const child = new Deno.Command(executable ?? denoProgram(), {
    args: [...args],
    env,
    cwd,
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new AbortController();
  using _ending = endingWithUs(child);
  using _stopping = endOn(stop, child, output);
  const lines = (stream: StandardStream) =>
    fileOfStream(files, stream) ?? shownLines(
      terminal,
      stream,
      prefix,
      (lines) => watcher?.print(name, lines, stream),
    );
  const forward = (stream: StandardStream) =>
    child[stream]
      .pipeTo(lines(stream), { signal: output.signal })
      .catch((error) => {
        if (!output.signal.aborted) fail(error);
      });
  await Promise.all([
    child.status.then(({ code, signal }) => {
      watcher?.endStep(name, { code, signal });
      if (ok.includes(code) && signal === null) return;
      const kind = stop.aborted ? "stopped" : "failed";
      const outcome = timed(
        stop.aborted ? "was stopped" : badEndOf({ code, signal }),
      );
      ended({ name, kind, outcome });
      // A code that is no success may be 0.
      fail({ name, code: code || 1, signal });
    }),
    feedInput(child, input),
    forward("stdout"),
    forward("stderr"),
  ]);
}

/** Says how a process ended that has failed. */
export function badEndOf(
  { code, signal }: Pick<StepFailure, "code" | "signal">,
): string {
  return signal ? `was killed by ${signal}` : `failed with exit code ${code}`;
}

/** Stops a step when `stop` aborts: first with SIGTERM, later with SIGKILL. */
function endOn(
  stop: AbortSignal,
  child: Deno.ChildProcess,
  output: AbortController,
): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    signalChild(child, "SIGTERM");
    timer = setTimeout(() => {
      signalChild(child, "SIGKILL");
      // A process that the step has started may keep its output open.
      output.abort();
    }, GRACE_MILLISECONDS);
  };
  if (stop.aborted) end();
  stop.addEventListener("abort", end, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
    },
  };
}
