import type { CloseEvent, MakeEvent, OpenEvent } from "../events/mod.ts";
import {
  type Holder,
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
import { commitIfComplete, lose } from "./file_ends.ts";
import { create, unlink } from "./names.ts";

/** Notes that a member has opened a file for writing, which may be new. */
export function openHandle(
  state: WorkflowState,
  event: OpenEvent,
): WorkflowState {
  const present = state.paths.get(event.path);
  if (present?.number !== event.file) return state;
  const file = present ?? create(state, event.path, "file", event);
  if (file.phase !== "open" || file.kind !== "file") return state;
  if (event.anew) noteUndoing(state, file, event.by);
  hold(state, file, keyOf(event, event.handle), event);
  if (!event.whole) return state;
  const { handle, publishes, by, time } = event;
  return closeHandle(state, { event: "close", handle, publishes, by, time });
}

/** Makes an entry, in the place of one that has the name. */
export function makeEntry(
  state: WorkflowState,
  event: MakeEvent,
): WorkflowState {
  if (event.kind === "symlink") {
    state.renamings++;
    // It leads to anything by new names.
    state.awaits.concernAll();
  }
  const before = state.paths.get(event.path);
  const original = event.replaces && before?.phase === "committed"
    ? before
    : undefined;
  unlink(state, event.path);
  if (original) noteCopy(state, original);
  const file = create(state, event.path, event.kind, event);
  file.isReplacing = event.replaces ?? false;
  if (event.replaces && !event.anew) file.isCopy = true;
  if (original) {
    replaceCommitted(file, original);
    if (event.anew) noteUndoing(state, original, event.by);
  }
  if (event.handle !== undefined) {
    hold(state, file, keyOf(event, event.handle), event);
  }
  // Its maker never opened it and so will never close it.
  if (event.complete) file.closes = 1;
  return commitIfComplete(state, file, event);
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
    return lose(state, file, event.by, event.time);
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

function keyOf({ by }: { by: string }, handle: number): string {
  return `${by}/${handle}`;
}
