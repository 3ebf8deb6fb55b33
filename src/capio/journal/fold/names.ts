import { type CapioClCommitRule, dependenciesOf } from "../../cl/mod.ts";
import { parentOf } from "../../platform/mod.ts";
import {
  type Creation,
  isCompleteWithEntries,
  isInSpool,
  isOf,
  keyOfHome,
  newFile,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";
import type { EntryKind, Via } from "../events/mod.ts";
import {
  commitDependents,
  commitIfComplete,
  noteUnfinished,
  publisherOf,
} from "./file_ends.ts";
import {
  noteListed,
  noteMaking,
  noteReplacement,
  noteUndoing,
  tellRewritten,
} from "../told/mod.ts";
import { passOver } from "./pass_over.ts";
import { isShareable, share, split } from "./shared_directories.ts";

/** Creates a file under a name, and notes what is out of date by that. */
export function create(
  state: WorkflowState,
  path: string,
  kind: EntryKind,
  event: Creation,
): WorkflowFile {
  const file = newFile(state.created++, path, kind, event);
  noteMaking(state, { path, kind, by: event.by });
  if (kind !== "directory") tellRewritten(state, path, event.by);
  // A listing has the name of a file that is replaced.
  if (!event.replaces) noteListed(state, path, event.by);
  state.pending.add(file);
  if (file.home) state.replicas.set(file.number, file);
  state.changes?.push({ file, is: "created" });
  place(state, file, path, event);
  return file;
}

/** Removes an entry, and with it all below it that is of the same machine. */
export function remove(
  state: WorkflowState,
  path: string,
  event: { time: number; via?: Via },
): void {
  const machine = event.via?.machine;
  for (const below of pathsBelow(state, path)) {
    take(state, below, machine, event);
  }
}

/** Tells whether there is an entry of a machine at a path, or below it. */
export function hasEntriesOf(
  state: WorkflowState,
  path: string,
  machine: string,
): boolean {
  return pathsBelow(state, path).some((it) => {
    const file = state.paths.get(it);
    return file && (isOf(file, machine) || file.alsoOf?.has(machine));
  });
}

/**
 * Takes a name from an entry of a machine, and returns that entry; `undefined` if
 * there is none. A directory of several machines is still there for the others.
 */
function take(
  state: WorkflowState,
  path: string,
  machine: string | undefined,
  event: { time: number },
): WorkflowFile | undefined {
  const file = state.paths.get(path);
  if (!file) return undefined;
  if (file.alsoOf) {
    const part = split(state, file, machine, event);
    if (part) loseName(state, part);
    return part;
  }
  if (!isOf(file, machine)) return undefined;
  unlink(state, path);
  return file;
}

/** Takes the name `path` from the file that has it. */
export function unlink(state: WorkflowState, path: string): void {
  const file = state.paths.get(path);
  if (!file) return;
  state.paths.delete(path);
  loseName(state, file);
  const directory = parentOf(path);
  const folder = state.folders.get(directory);
  if (folder) folder.entries--;
  forgetIfGone(state, directory);
  if (file.kind === "directory") forgetIfGone(state, path);
}

function loseName(state: WorkflowState, file: WorkflowFile): void {
  file.unlinked = true;
  file.isDiscarded = file.phase === "open" && !file.committedAtHome;
  if (file.phase !== "committed") noteUnfinished(state, file);
  state.unpublished.delete(file.number);
  forgetPublishing(state, file);
  state.changes?.push({ file, is: "unnamed" });
  const isEnded = file.phase !== "open" || file.kind === "directory";
  if (file.home && isEnded) state.foreign.delete(keyOfHome(file.home));
}

/** What has lost its name is not what a member is going to move. */
function forgetPublishing(
  { publishing }: WorkflowState,
  file: WorkflowFile,
): void {
  for (const [member, it] of publishing) {
    if (it === file) publishing.delete(member);
  }
}

/** Forgets a directory that is gone and that no rule is about. */
function forgetIfGone(state: WorkflowState, path: string): void {
  const { engine, paths, folders } = state;
  const folder = folders.get(path);
  if (!folder || folder.entries > 0 || paths.has(path)) return;
  const isNeeded = path === "" || engine.isDeclared(path) ||
    engine.isDirectory(path) || engine.dependencies.has(path);
  if (!isNeeded) folders.delete(path);
}

/** Renames an entry, and with it all below it that is of the same machine. */
export function rename(
  state: WorkflowState,
  from: string,
  to: string,
  event: { by: string; time: number; via?: Via },
): WorkflowState {
  if (from === to) return state;
  const machine = event.via?.machine;
  state.renamings++;
  const names = pathsBelow(state, from).filter((path) => state.paths.has(path));
  const replaced = state.paths.get(to);
  if (replaced?.kind === "file" && isOf(replaced, machine)) {
    noteUndoing(state, replaced, event.by);
  }
  remove(state, to, event);
  // A real file of which the workflow knew nothing.
  if (names.length === 0 && !event.via) {
    noteMaking(state, { path: to, kind: "file", by: event.by });
  }
  const moved: WorkflowFile[] = [];
  for (const name of names) {
    const known = state.paths.get(name);
    const inSpool = known && isInSpool(state, known);
    const file = take(state, name, machine, event);
    if (!file) continue;
    moved.push(file);
    const path = to + name.slice(from.length);
    const other = state.paths.get(path);
    if (other && isShareable(other, file.kind, machine)) {
      share(state, other, { ...event, home: file.home });
      state.pending.delete(file);
      state.replicas.delete(file.number);
      continue;
    }
    // One of another machine has the name, and keeps it.
    if (other && !isOf(other, machine)) {
      passOver(state);
      continue;
    }
    noteMaking(state, { path, kind: file.kind, by: event.by });
    noteListed(state, path, event.by);
    file.unlinked = false;
    file.isDiscarded = false;
    state.unfinished.delete(file.number);
    file.isReplacing = false;
    place(state, file, path, event);
    if (file.phase === "committed" && !file.home) {
      keepWhereItLies(state, file, { inSpool, by: event.by });
    }
    if (file.phase === "open") commitIfComplete(state, file, event);
  }
  // A complete file may now have a name that other files depend on.
  const { dependencies } = state.engine;
  const isAwaited = moved.some(({ path }) => dependencies.has(path));
  return isAwaited ? commitDependents(state, event) : state;
}

/**
 * Notes where a committed file lies that has another name now: one in the spool is
 * published if it is to stay under that name, one in its place is not moved back.
 */
function keepWhereItLies(
  state: WorkflowState,
  file: WorkflowFile,
  { inSpool, by }: { inSpool?: boolean; by: string },
): void {
  const isPermanent = state.engine.isPermanent(file.path);
  if (isPermanent) delete file.isInPlace;
  if (!inSpool) {
    if (!isPermanent) file.isInPlace = true;
  } else if (isPermanent) {
    file.committedBy = publisherOf(state, file, by);
    state.unpublished.set(file.number, file);
  }
}

/** Tells whether a member is renaming what a path names, or something to it. */
export function isBeingMoved(
  { moving }: WorkflowState,
  path: string,
): boolean {
  if (!moving) return false;
  return [moving.from, moving.to]
    .some((it) => path === it || path.startsWith(`${it}/`));
}

/** Returns `path` and, when it is a directory, every known path below it. */
export function pathsBelow(state: WorkflowState, path: string): string[] {
  const kind = state.paths.get(path)?.kind;
  if (kind === "file" || kind === "symlink") return [path];
  const prefix = `${path}/`;
  // There are far fewer directories than files, so they are searched first.
  const isFolder = [...state.folders.keys()]
    .some((it) => it === path || it.startsWith(prefix));
  if (!isFolder) return kind ? [path] : [];
  const below = [...state.paths.keys()].filter((it) => it.startsWith(prefix));
  return kind ? [path, ...below] : below;
}

/** Gives the file a name, and its directory an entry. */
function place(
  state: WorkflowState,
  file: WorkflowFile,
  path: string,
  event: { by: string; time: number },
): void {
  if (file.home) state.foreign.set(keyOfHome(file.home), file);
  file.path = path;
  file.namedBy = event.by;
  state.awaits.concern(path);
  const before = state.paths.size;
  state.paths.set(path, file);
  const isNew = state.paths.size > before;
  noteReplacement(state, file);
  // The entries of an earlier directory of that name are no part of this one.
  if (file.kind === "directory") {
    forgetEntries(state, path, file.home?.machine, event);
  }
  const directory = parentOf(path);
  let folder = state.folders.get(directory);
  if (!folder) {
    folder = { entries: 0, most: 0, writers: new Set() };
    state.folders.set(directory, folder);
  }
  if (isNew) folder.entries++;
  for (const writer of file.writers) folder.writers.add(writer);
  applyRule(state, file);
  const { most, entries } = folder;
  if (entries <= most) return;
  folder.most = entries;
  if (state.dependents.size === 0) return;
  const rule = state.engine.commitRule(directory);
  const isCompleteNow = isCompleteWithEntries(rule, entries) &&
    !isCompleteWithEntries(rule, most);
  if (isCompleteNow) commitDependents(state, event);
}

/** Forgets what a machine has put into an earlier directory of a name. */
export function forgetEntries(
  state: WorkflowState,
  directory: string,
  machine: string | undefined,
  event: { time: number },
): void {
  const folder = state.folders.get(directory);
  if (folder && folder.entries > 0) {
    const entries = state.paths.keys()
      .filter((path) => parentOf(path) === directory);
    for (const path of [...entries]) {
      for (const below of pathsBelow(state, path)) {
        take(state, below, machine, event);
      }
    }
  }
  // Those of other machines are still there.
  if (!folder?.entries) state.folders.delete(directory);
}

/** Gives the file the commit rule of its present name. */
export function applyRule(state: WorkflowState, file: WorkflowFile): void {
  file.rule = ruleOf(state, file);
  const isPending = file.phase === "open" && !file.home;
  if (isPending && dependenciesOf(file.rule)) state.dependents.add(file);
  else state.dependents.delete(file);
}

/** Returns the commit rule of the file's present name. */
export function ruleOf(
  { engine }: WorkflowState,
  { path, kind }: WorkflowFile,
): CapioClCommitRule {
  // Rules that count closes or entries are not about a directory as an entry.
  return kind === "directory"
    ? { type: "on_termination" }
    : engine.commitRule(path);
}
