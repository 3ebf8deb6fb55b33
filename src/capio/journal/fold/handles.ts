import type { CloseEvent, MakeEvent, OpenEvent } from "../events/mod.ts";
import {
  type FileHome,
  type Holder,
  isOf,
  keyOfHome,
  NO_HOLDERS,
  withMember,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";
import {
  forgetMiss,
  noteChange,
  noteCopy,
  noteUndoing,
  replaceCommitted,
} from "../told/mod.ts";
import { claim, yieldName } from "./claims.ts";
import { commitIfComplete, lose } from "./file_ends.ts";
import { create, forgetEntries, unlink } from "./names.ts";
import { passOver } from "./pass_over.ts";
import { isShareable, share } from "./shared_directories.ts";

/** Notes that a member has opened a file for writing, which may be new. */
export function openHandle(
  state: WorkflowState,
  event: OpenEvent,
): WorkflowState {
  if (event.via) return openAtHome(state, event, event.via.machine);
  const present = state.paths.get(event.path);
  if (present?.number !== event.file) return state;
  const file = present ?? create(state, event.path, "file", event);
  if (!present) claim(state, file);
  if (file.phase !== "open" || file.kind !== "file" || file.home) return state;
  return openFile(state, file, event);
}

/** The same for a member of another machine, and a file of that one. */
function openAtHome(
  state: WorkflowState,
  event: OpenEvent,
  machine: string,
): WorkflowState {
  const { path, by, time, made } = event;
  if (made !== undefined) yieldName(state, path, machine, time);
  const present = state.paths.get(path);
  if (made === undefined) {
    const isOpen = present?.kind === "file" && present.phase === "open" &&
      isOf(present, machine) && !present.committedAtHome;
    return isOpen ? openFile(state, present, event) : passOver(state);
  }
  const home = { machine, number: made };
  if (present || isKnown(state, home)) return passOver(state);
  const file = create(state, path, "file", { by, time, home });
  return openFile(state, file, event);
}

function openFile(
  state: WorkflowState,
  file: WorkflowFile,
  event: OpenEvent,
): WorkflowState {
  if (event.anew) noteUndoing(state, file, event.by);
  hold(state, file, keyOf(event, event.handle), event);
  if (!event.whole) return state;
  const { handle, publishes, by, time, via } = event;
  const close = { event: "close", handle, publishes, by, time } as const;
  return closeHandle(state, via ? { ...close, via } : close);
}

/** Makes an entry, in the place of one that has the name. */
export function makeEntry(
  state: WorkflowState,
  event: MakeEvent,
): WorkflowState {
  const { via, made } = event;
  if (via && event.kind !== "directory") {
    yieldName(state, event.path, via.machine, event.time);
  }
  const before = state.paths.get(event.path);
  const home = via && made !== undefined
    ? { machine: via.machine, number: made }
    : undefined;
  if (via && (!home || isKnown(state, home))) return passOver(state);
  if (before && isShareable(before, event.kind, home?.machine)) {
    forgetEntries(state, event.path, via?.machine, event);
    share(state, before, { ...event, home });
    return commitIfComplete(state, before, event);
  }
  if (before && !isOf(before, home?.machine)) return passOver(state);
  if (before?.alsoOf) {
    forgetEntries(state, event.path, via?.machine, event);
    return makeAgain(state, before, home);
  }
  if (event.kind === "symlink") {
    state.renamings++;
    // It leads to anything by new names.
    state.awaits.concernAll();
  }
  const original = event.replaces && before?.phase === "committed"
    ? before
    : undefined;
  unlink(state, event.path);
  if (original) noteCopy(state, original);
  const creation = home ? { ...event, home } : event;
  const file = create(state, event.path, event.kind, creation);
  claim(state, file, before);
  file.isReplacing = event.replaces ?? false;
  if (event.replaces && !event.anew) file.isCopy = true;
  if (original) {
    replaceCommitted(file, original);
    if (event.anew) noteUndoing(state, original, event.by);
  }
  if (event.handle !== undefined && event.kind === "file") {
    hold(state, file, keyOf(event, event.handle), event);
  }
  // Its maker never opened it and so will never close it.
  if (event.complete) file.closes = 1;
  return commitIfComplete(state, file, event);
}

/** Notes that the home of a directory of several machines has made it again. */
function makeAgain(
  state: WorkflowState,
  directory: WorkflowFile,
  home: FileHome | undefined,
): WorkflowState {
  if (!home || !directory.home) return state;
  state.foreign.delete(keyOfHome(directory.home));
  state.foreign.set(keyOfHome(home), directory);
  directory.home = home;
  return state;
}

/** Notes that a member has closed a file, which may complete or lose it. */
export function closeHandle(
  state: WorkflowState,
  event: CloseEvent,
): WorkflowState {
  const handle = keyOf(event, event.handle);
  const file = state.handles.get(handle);
  if (!file) return state;
  state.handles.delete(handle);
  release(file, handle);
  if (file.phase !== "open") return state;
  if (event.failed) {
    if (event.why !== undefined) file.lostWhy = event.why;
    // The home says by itself that it is lost.
    return file.home ? state : lose(state, file, event.by, event.time);
  }
  if (!event.idle) file.closes++;
  if (!event.idle && !event.unchanged) noteChange(state, file, event.by);
  commitIfComplete(state, file, event);
  if (event.publishes && state.unpublished.has(file.number)) {
    state.publishing.set(event.by, file);
  }
  return state;
}

/** Closes what a member that leaves has open of a file. */
export function closeHandlesOf(
  state: WorkflowState,
  file: WorkflowFile,
  member: string,
): void {
  for (const { handle, member: holder } of file.holders) {
    if (holder !== member) continue;
    release(file, handle);
    state.handles.delete(handle);
    file.closes++;
    noteChange(state, file, member);
  }
}

function hold(
  state: WorkflowState,
  file: WorkflowFile,
  handle: string,
  { by, time }: { by: string; time: number },
): void {
  file.writers = withMember(file.writers, by);
  forgetMiss(state, file.path, by);
  const holder: Holder = { handle, member: by, since: time };
  file.holders = file.holders.length === 0
    ? [holder]
    : [...file.holders.filter((it) => it.handle !== handle), holder];
  state.handles.set(handle, file);
}

function release(file: WorkflowFile, handle: string): void {
  file.holders = file.holders.length > 1
    ? file.holders.filter((it) => it.handle !== handle)
    : NO_HOLDERS;
}

function isKnown({ foreign }: WorkflowState, home: FileHome): boolean {
  return foreign.has(keyOfHome(home));
}

function keyOf({ by }: { by: string }, handle: number): string {
  return `${by}/${handle}`;
}
