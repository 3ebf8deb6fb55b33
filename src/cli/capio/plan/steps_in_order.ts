import type { Terminal } from "../../command/mod.ts";
import { runSteps, type StepProcess } from "./step_processes.ts";
import type {
  StepEnd,
  StepFailure,
  StepProgram,
  StepWatcher,
} from "./step_programs.ts";

/** What surrounds steps that run in order. */
export interface InOrderOptions {
  readonly terminal: Terminal;
  /** The command, for the line that shows how far it is. */
  readonly command: string;
  /** Is told what the steps print. */
  readonly watcher?: StepWatcher;
  /** Is called for each program that has ended, and each step that failed. */
  readonly ended?: (end: StepEnd) => void;
}

/**
 * Runs each step when the one before has ended well.
 *
 * @returns The failure that ended the run; none when all went well or `signal`
 * aborted.
 */
export async function runStepsInOrder(
  steps: readonly (StepProcess | StepProgram)[],
  { terminal, command, watcher, ended = () => {} }: InOrderOptions,
  signal: AbortSignal,
): Promise<StepFailure | undefined> {
  try {
    for (const [n, step] of steps.entries()) {
      if (signal.aborted) return undefined;
      const count = `step ${n + 1} of ${steps.length}`;
      await terminal.draw([`sluice ${command}: ${count}, ${step.name}`]);
      const failure = await runSteps([step], terminal, signal, ended, watcher);
      if (failure) return failure;
    }
  } finally {
    await terminal.draw([]);
  }
}
