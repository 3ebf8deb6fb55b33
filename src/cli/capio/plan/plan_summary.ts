import type { WorkflowOutcome, WorkflowStatus } from "../../../capio/mod.ts";
import { fileLines, WORKFLOW_APP } from "../status/mod.ts";
import { badEndOf } from "./step_processes.ts";
import type { StepEnd, StepFailure } from "./step_programs.ts";

/** Most steps, and most files, that the summary lists. */
const MOST_LINES_OF_SUMMARY = 20;

/**
 * Returns how a run has ended.
 *
 * @param isOutOfOrder Whether a step has read what it would not have read with
 * the steps one after the other.
 * @param here The machine of these steps, where the workflow has several.
 */
export function outcomeOf(
  failure: StepFailure | undefined,
  signal: AbortSignal,
  isOutOfOrder: boolean,
  here?: string,
): WorkflowOutcome {
  const all = here === undefined
    ? "All steps"
    : `All steps of machine "${here}"`;
  if (signal.aborted) return { kind: "interrupted", text: "Interrupted" };
  if (!failure && isOutOfOrder) {
    return {
      kind: "careful",
      text:
        `${all} ended well, but not all read what they read one after the other,`,
    };
  }
  if (!failure) return { kind: "well", text: `${all} ended well` };
  const { name, why, machine } = failure;
  if (machine !== undefined) {
    const text = name === WORKFLOW_APP
      ? `Stopped, because the workflow was on machine "${machine}",`
      : `Step "${name}" failed on machine "${machine}"`;
    return { kind: "failed", text };
  }
  if (why !== undefined) {
    return { kind: "failed", text: `Step "${name}" failed: ${why},` };
  }
  return { kind: "failed", text: `Step "${name}" ${badEndOf(failure)}` };
}

/** Lists how steps and the files have ended, shortened. */
export function summaryLines(
  ends: readonly StepEnd[],
  status?: WorkflowStatus,
): readonly string[] {
  return [
    ...shortened(stepLines(ends), "steps"),
    ...(status ? shortened(fileLines(status, { isOver: true }), "files") : []),
  ];
}

/** Says how steps have ended, in the order in which they did. */
function stepLines(ends: readonly StepEnd[]): readonly string[] {
  const width = Math.max(...ends.map(({ name }) => name.length));
  return ends.map(({ name, outcome }) => `${name.padEnd(width)}  ${outcome}`);
}

function shortened(lines: readonly string[], what: string): readonly string[] {
  if (lines.length <= MOST_LINES_OF_SUMMARY) return lines;
  const shown = lines.slice(0, MOST_LINES_OF_SUMMARY);
  return [...shown, `... and ${lines.length - shown.length} more ${what}`];
}
