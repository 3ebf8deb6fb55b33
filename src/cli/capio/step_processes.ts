import { endingWithUs, signalChild } from "./child.ts";
import type { StandardStream, Terminal } from "../command/mod.ts";

/** A step's process to be. */
export interface StepProcess {
  /** What its output is marked with. */
  readonly name: string;
  /** The arguments of Deno. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How the step ended that made the others end. */
export interface StepFailure {
  readonly name: string;
  readonly code: number;
  readonly signal: Deno.Signal | null;
}

/** How long a step may tidy up when it has been told to stop, in ms. */
const GRACE_MILLISECONDS = 5_000;

/** Of a line that is longer the beginning is shown before its end is there. */
const MOST_CHARACTERS_HELD_BACK = 64 * 1024;

/**
 * Runs all steps at once, and stops the others when one fails.
 *
 * @param signal Stops them all.
 * @returns The first failure; none when all went well or `signal` was first.
 * @throws {Error} If a step cannot be started, or its output not be shown.
 */
export async function runSteps(
  steps: readonly StepProcess[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  let failure: StepFailure | Error | undefined;
  const fail = (reason: StepFailure | Error) => {
    if (stop.aborted) return;
    failure = reason;
    failing.abort();
  };
  const width = Math.max(...steps.map(({ name }) => name.length));
  await Promise.all(steps.map(async (step) => {
    const prefix = `${step.name.padEnd(width)} | `;
    await runStep(step, { prefix, terminal, stop, fail }).catch(fail);
  }));
  if (failure instanceof Error) throw failure;
  return failure;
}

interface Surroundings {
  readonly prefix: string;
  readonly terminal: Terminal;
  /** Tells the step to end. */
  readonly stop: AbortSignal;
  /** Is told as soon as something goes wrong. */
  readonly fail: (reason: StepFailure | Error) => void;
}

/** Resolves when the step has ended and all its output has been shown. */
async function runStep(
  { name, args, env, cwd }: StepProcess,
  { prefix, terminal, stop, fail }: Surroundings,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new AbortController();
  using _ending = endingWithUs(child);
  using _stopping = endOn(stop, child, output);
  const forward = (stream: StandardStream) => {
    const shown = new WritableStream<string>({
      write: (text) => terminal.write(stream, text),
    });
    return child[stream]
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(prefixedLines(prefix))
      .pipeTo(shown, { signal: output.signal })
      .catch((error) => {
        if (!output.signal.aborted) fail(error);
      });
  };
  await Promise.all([
    child.status.then(({ code, signal }) => {
      if (code !== 0) fail({ name, code, signal });
    }),
    forward("stdout"),
    forward("stderr"),
  ]);
}

/** Ends a step when it is time, at first in a way that it can answer to. */
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
      // What the step itself has started may keep it open.
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

/** Whole lines, so that those of several steps do not mix. */
function prefixedLines(prefix: string): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MOST_CHARACTERS_HELD_BACK) {
        lines.push(rest);
        rest = "";
      }
      const text = lines.map((line) => `${prefix}${line}\n`).join("");
      if (text) controller.enqueue(text);
    },
    flush(controller) {
      if (rest) controller.enqueue(`${prefix}${rest}\n`);
    },
  });
}
