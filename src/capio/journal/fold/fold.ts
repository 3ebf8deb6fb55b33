import {
  CapioClEngine,
  type CapioClRule,
  configOf,
  mergeCapioCl,
} from "../../cl/mod.ts";
import {
  commitDependents,
  commitIfComplete,
  lose,
  loseHopeless,
} from "./file_ends.ts";
import type {
  AwaitEvent,
  CloseEvent,
  EndEvent,
  InputEvent,
  JoinEvent,
  JournalEvent,
  MakeEvent,
  OpenEvent,
  ReadEvent,
  RulesEvent,
  SizeEvent,
  WaitEvent,
} from "../events/mod.ts";
import {
  forgetMiss,
  noteChange,
  noteCopy,
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
  noteUndoing,
  replaceCommitted,
  tellListingsOf,
  tellMissesOf,
  tellRemovedOf,
  tellReplacedOf,
} from "../told/mod.ts";
import { forget } from "./forget.ts";
import { applyRule, create, pathsBelow, rename, unlink } from "./names.ts";
import {
  emptyState,
  type Holder,
  NO_HOLDERS,
  withMember,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

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

function passOver(state: WorkflowState): WorkflowState {
  state.passedOver++;
  return state;
}

function apply(state: WorkflowState, event: JournalEvent): WorkflowState {
  const { awaits } = state;
  awaits.foldedBy(event.by);
  switch (event.event) {
    case "join":
      return addMember(state, event);
    case "end":
      return endMember(state, event);
    case "rules":
      return addRules(state, event);
    case "open":
      return openHandle(state, `${event.by}/${event.handle}`, event);
    case "close":
      return closeHandle(state, `${event.by}/${event.handle}`, event);
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
      state.moving = undefined;
      awaits.concernTree(event.from);
      awaits.concernTree(event.to);
      noteRemoval(state, event.from, event.by, { mayBeTree: true });
      return rename(state, event.from, event.to, event);
    case "remove":
      state.renamings++;
      awaits.concernTree(event.path);
      noteRemoval(state, event.path, event.by, {
        mayBeTree: event.isDirectory === true,
      });
      for (const path of pathsBelow(state, event.path)) unlink(state, path);
      return state;
    case "publish":
      for (const file of event.files) state.unpublished.delete(file);
      return state;
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
    case "checkpoint":
      return forget(state);
  }
}

/** The state before the first event of a workflow in `capioDir`. */
export function initialState(capioDir: string): WorkflowState {
  return emptyState(
    capioDir,
    engineWith({ capioDir, documents: new Set(), rules: [] }, {}),
  );
}

/** The number of engines without rules in code that are remembered. */
const REMEMBERED_ENGINES = 8;

/**
 * The engines that were made last. A member needs the same one when it tries its
 * rules, and when it reads in the journal what it has brought.
 */
const engines = new Map<string, CapioClEngine>();

/**
 * Returns the engine for all rules so far and some more.
 *
 * @throws {CapioError} If they contradict each other.
 */
export function engineWith(
  state: Pick<WorkflowState, "capioDir" | "documents" | "rules">,
  more: { document?: string; rules?: readonly CapioClRule[] },
): CapioClEngine {
  const documents = new Set(state.documents);
  if (more.document !== undefined) documents.add(more.document);
  const rules = [...state.rules, ...more.rules ?? []];
  const key = rules.length > 0
    ? undefined
    : [state.capioDir, ...documents].join("\0");
  const known = key !== undefined && engines.get(key);
  if (known) return known;
  const configs = [...documents].map(configOf);
  const config = configs.length > 0 ? configs.reduce(mergeCapioCl) : undefined;
  const engine = new CapioClEngine(config, { capioDir: state.capioDir, rules });
  if (key !== undefined) {
    if (engines.size >= REMEMBERED_ENGINES) engines.clear();
    engines.set(key, engine);
  }
  return engine;
}

function addMember(state: WorkflowState, event: JoinEvent): WorkflowState {
  const { by, app, pid, time, isWorker = false, isThread, host } = event;
  const came = state.turns++;
  const { memoryDir: dir, memoryId: id } = event;
  if (came === 0 && dir && id) state.memory = { dir, id, app };
  state.members.set(by, {
    id: by,
    app,
    pid,
    joined: time,
    isWorker,
    ...(isThread && { isThread }),
    ...(host !== undefined && { host }),
    came,
  });
  const known = state.apps.get(app) ?? { name: app, joined: 0, running: 0 };
  if (known.running === 0) known.lostBy = undefined;
  known.joined++;
  known.running++;
  state.apps.set(app, known);
  return state;
}

function addRules(state: WorkflowState, event: RulesEvent): WorkflowState {
  const { document, rules = [], steps, by } = event;
  // A member tries its rules before it brings them. Others that cannot be used
  // throw here, before the event has changed anything.
  state.engine = engineWith(state, { document, rules });
  state.awaits.concernAll();
  if (steps && state.steps.length === 0) {
    state.steps = steps;
    state.planner = by;
  }
  if (document !== undefined) state.documents.add(document);
  state.rules.push(...rules);
  for (const file of state.pending) applyRule(state, file);
  for (const file of [...state.pending]) commitIfComplete(state, file, event);
  return state;
}

function endMember(state: WorkflowState, event: EndEvent): WorkflowState {
  const member = state.members.get(event.member);
  // Several members may report the same death, or one that had left before.
  if (!member || member.ending) return state;
  member.ending = event.ending;
  member.ended = event.time;
  if (event.why !== undefined) member.why = event.why;
  if (event.by !== member.id) member.isReported = true;
  state.awaits.forget(member.id);
  // Others wait for its files, or because it might make some.
  state.awaits.concernAll();
  member.went = state.turns++;
  tellMissesOf(state, member.id);
  tellReplacedOf(state, member.id);
  tellRemovedOf(state, member.id);
  tellListingsOf(state, member.id);
  if (state.moving?.member === member.id) state.moving = undefined;
  for (const [key, wait] of state.waits) {
    if (wait.member === member.id) state.waits.delete(key);
  }
  const app = state.apps.get(member.app);
  if (app) app.running--;
  if (app && event.ending !== "left") app.lostBy = member.id;
  for (const file of [...state.pending]) {
    if (!file.writers.has(member.id)) continue;
    if (event.ending !== "left") lose(state, file, member.id, event.time);
    else closeHandlesOf(state, file, member.id);
  }
  for (const file of [...state.pending]) commitIfComplete(state, file, event);
  loseHopeless(state, member.id, event.time);
  return state;
}

function closeHandlesOf(
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

function openHandle(
  state: WorkflowState,
  handle: string,
  event: OpenEvent,
): WorkflowState {
  const present = state.paths.get(event.path);
  if (present?.number !== event.file) return state;
  const file = present ?? create(state, event.path, "file", event);
  if (file.phase !== "open" || file.kind !== "file") return state;
  if (event.anew) noteUndoing(state, file, event.by);
  hold(state, file, handle, event);
  return state;
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

function closeHandle(
  state: WorkflowState,
  handle: string,
  event: CloseEvent,
): WorkflowState {
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
  return commitIfComplete(state, file, event);
}

function makeEntry(state: WorkflowState, event: MakeEvent): WorkflowState {
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
  if (original) {
    replaceCommitted(file, original);
    if (event.anew) noteUndoing(state, original, event.by);
  }
  if (event.handle !== undefined) {
    hold(state, file, `${event.by}/${event.handle}`, event);
  }
  // Its maker never opened it and so will never close it.
  if (event.complete) file.closes = 1;
  return commitIfComplete(state, file, event);
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
  const { by: member, path, first, time: latest, bytes, end } = event;
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
  state.sizedReadings.push(reading);
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
