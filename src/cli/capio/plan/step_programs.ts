import {
  CapioError,
  type CapioWorkspace,
  type Program,
  type WorkflowPage,
} from "../../../capio/mod.ts";
import type { StandardStream, Terminal } from "../../command/mod.ts";
import { shownLines } from "./shown_lines.ts";

/** A step that is any program, run by this process itself. */
export interface StepProgram {
  /** Precedes each line of its output. */
  readonly name: string;
  readonly program: Program;
  /** The workspace of the command, beside which it takes part. */
  readonly workspace: CapioWorkspace;
}

/** How the first step that failed has ended. */
export interface StepFailure {
  readonly name: string;
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** Why it counts as failed, where the exit code does not say it. */
  readonly why?: string;
  /** The machine on which it has failed, if that is another one. */
  readonly machine?: string;
}

/** How a step has ended: any program, or a script that has not ended well. */
export interface StepEnd {
  readonly name: string;
  /** Stopped because another step had failed, or after Ctrl-C. */
  readonly kind: "well" | "failed" | "stopped";
  /** Says it for people, after the name of the step. */
  readonly outcome: string;
}

/** Is told what steps print and how they end, beside the terminal. */
export interface StepWatcher extends Pick<WorkflowPage, "endStep"> {
  print(
    step: string,
    lines: readonly string[],
    stream: StandardStream,
  ): void;
}

/** What surrounds a step. */
export interface Surroundings {
  readonly prefix: string;
  readonly terminal: Terminal;
  /** Tells the step to end. */
  readonly stop: AbortSignal;
  /** Is called as soon as something goes wrong. */
  readonly fail: (reason: StepFailure | Error) => void;
  /** Is called when a program has ended, or a script that did not end well. */
  readonly ended: (end: StepEnd) => void;
  readonly watcher: StepWatcher | undefined;
}

/** Resolves when the program has ended and all its output has been shown. */
export async function runStepProgram(
  { name, program, workspace }: StepProgram,
  { prefix, terminal, stop, fail, ended, watcher }: Surroundings,
): Promise<void> {
  const timed = timing();
  const end = (kind: StepEnd["kind"], outcome: string) =>
    ended({ name, kind, outcome: timed(outcome) });
  const print = (stream: StandardStream) => (lines: string[]) =>
    watcher?.print(name, lines, stream);
  try {
    const status = await workspace.runStep(name, program, {
      signal: stop,
      stdout: shownLines(terminal, "stdout", prefix, print("stdout")),
      stderr: shownLines(terminal, "stderr", prefix, print("stderr")),
    });
    watcher?.endStep(name, { ...status, ok: true });
    end("well", `ended with status ${status.code}`);
  } catch (error) {
    const { code = 1, signal = null } =
      error instanceof CapioError && error.status || {};
    const why = error instanceof Error ? error.message : String(error);
    watcher?.endStep(name, {
      code: code || 1,
      signal: stop.aborted ? signal ?? "SIGTERM" : signal,
      why,
    });
    if (stop.aborted) return end("stopped", "was stopped");
    if (!(error instanceof Error)) throw error;
    end("failed", `failed: ${error.message}`);
    fail({ name, code: code || 1, signal, why: error.message });
  }
}

/** Begins to measure a step; returns what says how it ended, and after what time. */
export function timing(): (outcome: string) => string {
  const begun = performance.now();
  return (outcome) => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    return `${outcome} after ${seconds} s`;
  };
}
