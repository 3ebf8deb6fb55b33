import { commitDependents } from "./file_ends.ts";
import type {
  AwaitEvent,
  InputEvent,
  JournalEvent,
  ReadEvent,
  RemoveEvent,
  RenameEvent,
  SizeEvent,
  WaitEvent,
} from "../events/mod.ts";
import {
  noteEndRead,
  noteFound,
  noteFoundRemoved,
  noteListing,
  noteMisses,
  noteOverwrite,
  notePathReading,
  noteReadTo,
  noteRemoval,
  noteSeen,
} from "../told/mod.ts";
import { forget } from "./forget.ts";
import { closeHandle, makeEntry, openHandle } from "./handles.ts";
import { confirm, noteMachine } from "./machines.ts";
import { addMember, endMember } from "./members.ts";
import { hasEntriesOf, remove, rename } from "./names.ts";
import { countsFrom, noteVia } from "./origin.ts";
import { passOver } from "./pass_over.ts";
import {
  commitAtHome,
  completeReplica,
  loseAtHome,
  noteSpace,
} from "./replicas.ts";
import { addRules } from "./rules.ts";
import { knownPath, type WorkflowState } from "../state/mod.ts";

/**
 * Returns the state after one more line of the journal, whose event is missing
 * when the line is none. The result depends on nothing but the arguments, so
 * processes that fold the same journal agree on everything.
 *
 * The call never throws: a line that cannot be used, such as one with rules that
 * contradict others, is passed over and counted.
 *
 * The call may change `state` and return it, so keep no other reference to it.
 * A copy of the maps for every event would make joining a workflow of 100 000
 * files quadratic.
 */
export function fold(
  state: WorkflowState,
  event: JournalEvent | undefined,
): WorkflowState {
  if (!event) return passOver(state);
  try {
    return apply(state, event);
  } catch {
    return passOver(state);
  }
}

function apply(state: WorkflowState, event: JournalEvent): WorkflowState {
  const { awaits } = state;
  const { via } = event;
  if (via !== undefined || state.machine !== undefined) {
    const counts = countsFrom(state, event);
    if (via) noteVia(state, via);
    if (!counts) return passOver(state);
  }
  // It is the agent that has appended what other machines say, and rings.
  awaits.foldedBy(via ? state.agent ?? event.by : event.by);
  if (state.publishing.size > 0) notePublished(state, event);
  switch (event.event) {
    case "join":
      return addMember(state, event);
    case "end":
      return endMember(state, event);
    case "rules":
      return addRules(state, event);
    case "open":
      return openHandle(state, event);
    case "close":
      return closeHandle(state, event);
    case "make":
      return makeEntry(state, event);
    case "moving": {
      const { by: member, from, to } = event;
      const isMoving = from !== undefined && to !== undefined;
      concernMoved(state);
      state.moving = isMoving ? { member, from, to } : undefined;
      return state;
    }
    case "rename":
      return renameEntry(state, event);
    case "remove":
      return removeEntry(state, event);
    case "publish":
      return publishFiles(state, event.files);
    case "input":
      return noteInput(state, event);
    case "miss":
      noteMisses(state, event);
      return state;
    case "seen":
      noteSeen(state, event);
      return state;
    case "list":
      noteListing(state, event);
      return state;
    case "found":
      noteFound(state, event);
      return state;
    case "given":
      awaits.concernAll();
      state.given.add(event.path);
      return commitDependents(state, event);
    case "read":
      return noteReading(state, event);
    case "rewrite": {
      const file = state.handles.get(`${event.by}/${event.handle}`);
      if (file) noteOverwrite(state, file, event);
      return state;
    }
    case "size":
      return noteSize(state, event);
    case "wait":
      return noteWait(state, event);
    case "await":
      return noteAwait(state, event);
    case "committed":
      return commitAtHome(state, event);
    case "lost":
      return loseAtHome(state, event);
    case "whole":
      return completeReplica(state, event);
    case "space":
      return noteSpace(state, event);
    case "confirmed":
      return confirm(state, event);
    case "machine":
      return noteMachine(state, event);
    case "checkpoint":
      return forget(state);
  }
}

function renameEntry(
  state: WorkflowState,
  event: RenameEvent,
): WorkflowState {
  const { from, to, by, via } = event;
  // What is renamed may not be known here, and still replaces what is.
  const isKnown = !via || hasEntriesOf(state, from, via.machine) ||
    hasEntriesOf(state, to, via.machine);
  if (!isKnown) return passOver(state);
  if (!via) state.moving = undefined;
  state.awaits.concernTree(from);
  state.awaits.concernTree(to);
  noteRemoval(state, from, by, { mayBeTree: true });
  return rename(state, from, to, event);
}

function removeEntry(
  state: WorkflowState,
  event: RemoveEvent,
): WorkflowState {
  const { path, by, isDirectory = false, via } = event;
  if (via && !hasEntriesOf(state, path, via.machine)) return passOver(state);
  state.renamings++;
  state.awaits.concernTree(path);
  noteRemoval(state, path, by, { mayBeTree: isDirectory });
  remove(state, path, event);
  return state;
}

/** Notes that the author of an event has published a file before. */
function notePublished(
  { publishing, unpublished }: WorkflowState,
  event: JournalEvent,
): void {
  const file = publishing.get(event.by);
  if (!file) return;
  publishing.delete(event.by);
  const hasFailed = event.event === "publish" && event.files.length === 0;
  // Nobody says of itself that it is lost: it is counted so at the next run.
  const isLost = event.event === "end" && event.ending === "lost";
  if (!hasFailed && !isLost) unpublished.delete(file.number);
}

function publishFiles(
  state: WorkflowState,
  files: readonly number[],
): WorkflowState {
  const { publishing, unpublished } = state;
  for (const file of files) unpublished.delete(file);
  // Others may have said so, too.
  for (const [member, { number }] of publishing) {
    if (files.includes(number)) publishing.delete(member);
  }
  return state;
}

function noteInput(
  state: WorkflowState,
  { by, path, file }: InputEvent,
): WorkflowState {
  if (file === undefined) {
    state.inputs.getOrInsertComputed(path, () => new Set()).add(by);
  } else {
    notePathReading(state, by, path, file);
    noteEndRead(state, by, path, file);
  }
  return state;
}

function noteReading(state: WorkflowState, event: ReadEvent): WorkflowState {
  const { by: member, first, time: latest, bytes, end } = event;
  const path = knownPath(state, event.path);
  const file = event.file ?? end;
  if (file !== undefined) {
    notePathReading(state, member, path, file);
    noteFoundRemoved(state, path, member);
  }
  if (end !== undefined) noteEndRead(state, member, path, end);
  noteReadTo(state, event);
  const reading = { member, path, first, latest, bytes };
  state.readings.set(`${member}/${path}`, reading);
  return state;
}

function noteSize(state: WorkflowState, event: SizeEvent): WorkflowState {
  const { by: member, path, file, told, size, readTo, ifLost } = event;
  const reading = { member, path, file, told, size, readTo, ifLost };
  // In an observed run the file was finished: the size tells what it is read by.
  if (!state.isObserved) state.sizedReadings.push(reading);
  return state;
}

function noteWait(state: WorkflowState, event: WaitEvent): WorkflowState {
  const { by: member, path, why, time } = event;
  const key = `${member}/${event.wait}`;
  const { since = time } = state.waits.get(key) ?? {};
  if (why === undefined) state.waits.delete(key);
  else state.waits.set(key, { member, path, why, since });
  return state;
}

function noteAwait(
  state: WorkflowState,
  { by, path }: AwaitEvent,
): WorkflowState {
  const member = state.members.get(by);
  if (member && !member.ending) state.awaits.add(path, by);
  return state;
}

/** What was being renamed is where the journal says. */
function concernMoved({ moving, awaits }: WorkflowState): void {
  if (!moving) return;
  awaits.concernTree(moving.from);
  awaits.concernTree(moving.to);
}
