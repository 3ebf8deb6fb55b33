import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";
import { CapioError, steadyClock, SynchronousSleep } from "../platform/mod.ts";
import { conflictWith, MUST_BE_FIRST } from "./missing.ts";
import type { Verdict } from "./readiness.ts";

/** The longest time that a member that leaves waits to hear of its files, in ms. */
const MOST_MILLISECONDS = 60_000;

/**
 * Waits until it is certain for all files that a member has made that they have
 * their names, and returns an error for one whose name another machine was first
 * to use. Without an agent, or one that hears from the server, the wait ends.
 *
 * @param isForgotten Tells whether the member knows of a conflict otherwise.
 * @param look Reads on in the journal.
 * @param hasAgent Tells whether the agent of this machine is at work.
 */
export function untilNamed(
  member: string,
  isForgotten: (file: WorkflowFile) => boolean,
  look: () => WorkflowState,
  hasAgent: (state: WorkflowState) => boolean,
): CapioError | undefined {
  const end = steadyClock() + MOST_MILLISECONDS;
  const sleep = new SynchronousSleep();
  const isOwn = ({ writers }: WorkflowFile) => writers.has(member);
  let state = look();
  while (state.claims.values().some(isOwn)) {
    if (!hasAgent(state) || steadyClock() > end) break;
    sleep.sleep();
    state = look();
  }
  const lost = state.conflicts.find((file) =>
    isOwn(file) && !isForgotten(file)
  );
  return lost && conflictOf(lost);
}

/** Decides whether it is certain that no other machine has the name of a file. */
export function nameReadiness({ claim }: WorkflowFile): Verdict {
  if (claim === undefined) return { type: "go" };
  const why = MUST_BE_FIRST;
  return { type: "wait", why, remedy: REMEDY, declared: true };
}

const REMEDY =
  "See whether the agent of this machine runs and reaches the server: sluice status";

/** The error of a writer whose file lost its name to one of another machine. */
export function conflictOf(
  { path, lostTo = "" }: WorkflowFile,
): CapioError {
  return new CapioError(
    "CONFLICT",
    `Cannot keep "${path}": ${conflictWith(lostTo)}`,
  );
}
