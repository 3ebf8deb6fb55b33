import { AGENT_APP, type JournalEvent, type Via } from "../events/mod.ts";
import type { WorkflowState } from "../state/mod.ts";

/**
 * Tells whether an event counts, coming from where it does, in a run on several
 * machines. Lines that a machine says of others' members do not, for example; of
 * files that are not its own it is known only where they are looked for.
 */
export function countsFrom(state: WorkflowState, event: JournalEvent): boolean {
  const { via } = event;
  if (via === undefined) return countsHere(state, event);
  if (state.machine === undefined) return false;
  // The agent that says so may tell several such events of one message.
  if (event.event === "confirmed") return isOwnAgent(state, event.by);
  if (!isLater(via, state.via)) return false;
  if (state.machines.get(via.machine)?.is === "lost") return false;
  if (event.event === "machine") return true;
  return via.machine !== state.machine && countsFromOther(state, event, via);
}

/** Notes the place of an event in the stream, whether it counts or not. */
export function noteVia(state: WorkflowState, via: Via): void {
  if (isLater(via, state.via)) state.via = via;
}

/** Tells whether an event of this machine counts. */
function countsHere(state: WorkflowState, event: JournalEvent): boolean {
  const { members } = state;
  if (members.get(event.by)?.machine !== undefined) return false;
  switch (event.event) {
    // Only its own machine can see whether a member lives.
    case "end":
      return members.get(event.member)?.machine === undefined;
    case "lost":
    case "whole":
    case "space":
    case "confirmed":
      return isOwnAgent(state, event.by);
    // The run may have ended without this machine: nobody else says so here.
    case "machine":
      return event.is === "lost" && event.machine === state.machine &&
        isOwnAgent(state, event.by);
    case "committed":
      return false;
    case "join":
    case "rules":
    case "open":
    case "close":
    case "make":
    case "moving":
    case "rename":
    case "remove":
    case "publish":
    case "input":
    case "miss":
    case "found":
    case "seen":
    case "list":
    case "given":
    case "read":
    case "rewrite":
    case "size":
    case "wait":
    case "await":
    case "checkpoint":
      return true;
  }
}

/** Tells whether an event of another machine counts. */
function countsFromOther(
  { members }: WorkflowState,
  event: JournalEvent,
  { machine }: Via,
): boolean {
  const author = members.get(event.by);
  switch (event.event) {
    case "join":
      return !author && !event.agent && event.app !== AGENT_APP;
    // Its agent says so of one that was killed.
    case "end":
      return (!author || author.machine === machine) &&
        members.get(event.member)?.machine === machine;
    case "open":
    case "close":
    case "make":
    case "rename":
    case "remove":
    case "rewrite":
      return author?.machine === machine;
    // Nothing says here that an agent of another machine has joined.
    case "rules":
    case "committed":
    case "lost":
      return !author || author.machine === machine;
    case "moving":
    case "publish":
    case "input":
    case "miss":
    case "found":
    case "seen":
    case "list":
    case "given":
    case "read":
    case "size":
    case "wait":
    case "await":
    case "whole":
    case "space":
    case "confirmed":
    case "machine":
    case "checkpoint":
      return false;
  }
}

function isOwnAgent({ members }: WorkflowState, member: string): boolean {
  return members.get(member)?.isAgent === true;
}

function isLater(via: Via, other: Via | undefined): boolean {
  if (!other) return true;
  return via.seq > other.seq || via.seq === other.seq && via.line > other.line;
}
