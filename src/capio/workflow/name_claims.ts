import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";
import { CapioError, steadyClock, SynchronousSleep } from "../platform/mod.ts";
import { conflictWith } from "./missing.ts";

/** The longest time that a member that leaves waits to hear of its files, in ms. */
const MOST_MILLISECONDS = 60_000;

/**
 * Waits until it is certain for all files that a member has made that they have
 * their names, and returns an error for one whose name another machine was first
 * to use. Without an agent, or one that hears from the server, the wait ends.
 *
 * @param look Reads on in the journal.
 * @param hasAgent Tells whether the agent of this machine is at work.
 */
export function untilNamed(
  member: string,
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
  const lost = state.conflicts.find(isOwn);
  return lost && conflictOf(lost);
}

/** The error of a writer whose file lost its name to one of another machine. */
export function conflictOf(
  { path, lostTo = "" }: WorkflowFile,
): CapioError {
  return new CapioError(
    "CONFLICT",
    `Cannot keep "${path}": ${conflictWith(lostTo)}`,
  );
}
