import { type CapioClCommitRule, dependenciesOf } from "../../cl/mod.ts";
import { needsClaim } from "./homes.ts";
import type { Member, Phase, WorkflowFile, WorkflowState } from "./state.ts";

/**
 * Tells whether a file's commit rule is satisfied, and nobody holds the file
 * open for writing: what is written through an open handle is never lost.
 */
export function isComplete(state: WorkflowState, file: WorkflowFile): boolean {
  return file.claim === undefined && isCompleteHere(state, file);
}

/**
 * The same as far as this machine can tell: the stream may still have to say that
 * no other machine was first to make the file.
 */
export function isCompleteHere(
  state: WorkflowState,
  file: WorkflowFile,
): boolean {
  const { rule, holders, home } = file;
  // Its home alone decides, once it is certain that this machine is the home.
  if (holders.length > 0 || home) return false;
  switch (rule.type) {
    case "on_close":
      // With no producer left that could close it once more, this is all of it.
      return file.closes >= rule.count || producersEnded(state, file);
    case "on_file":
      return areCommitted(state, rule.dependencies);
    // It counts the entries of a directory, and has no meaning for a file.
    case "on_n_files":
    case "on_termination":
      return producersEnded(state, file);
  }
}

/** Tells whether the next close of a file commits it, as far as is known. */
export function isCommittedByClose(
  { engine }: WorkflowState,
  { path, kind, phase, rule, holders, closes, unlinked, claim }: WorkflowFile,
): boolean {
  return kind === "file" && phase === "open" && !unlinked &&
    claim === undefined &&
    holders.length === 1 && rule.type === "on_close" &&
    closes + 1 >= rule.count && engine.isPermanent(path);
}

/** The same for the first close of a file that does not exist yet. */
export function isCommittedByFirstClose(
  state: WorkflowState,
  path: string,
): boolean {
  const { engine } = state;
  const rule = engine.commitRule(path);
  return rule.type === "on_close" && rule.count === 1 &&
    engine.isPermanent(path) && !needsClaim(state, path);
}

/** Tells whether a directory's commit rule is satisfied with so many entries. */
export function isCompleteWithEntries(
  rule: CapioClCommitRule,
  entries: number,
): boolean {
  switch (rule.type) {
    case "on_n_files":
      return entries >= rule.count;
    case "on_close":
    case "on_file":
    case "on_termination":
      return false;
  }
}

/** Tells whether an app has taken part and none of its processes still does. */
export function hasEnded(state: WorkflowState, app: string): boolean {
  const known = state.apps.get(app);
  return known !== undefined && known.running === 0;
}

/** Tells whether `path` has declared producers, all of which have ended. */
export function producersGone(state: WorkflowState, path: string): boolean {
  const declared = state.engine.producers(path);
  return declared.length > 0 && declared.every((app) => hasEnded(state, app));
}

/**
 * The phase of a directory. It is committed once its rule is satisfied, or once
 * every member that fills it has ended; it is lost when one of these failed or
 * died, because more entries were to come.
 *
 * @param above Directories whose own phase depends on this one.
 */
export function directoryPhase(
  state: WorkflowState,
  path: string,
  above: readonly string[] = [],
): Phase {
  // Directories that wait for each other in a circle do so for ever.
  if (above.includes(path)) return "open";
  const rule = state.engine.commitRule(path);
  const most = state.folders.get(path)?.most ?? 0;
  if (isCompleteWithEntries(rule, most)) return "committed";
  const dependencies = dependenciesOf(rule);
  const waiting = [...above, path];
  if (dependencies && areCommitted(state, dependencies, waiting)) {
    return "committed";
  }
  if (!fillersEnded(state, path)) return "open";
  if (lostFiller(state, path)) return "lost";
  if (!dependencies) return "committed";
  const isHopeless = dependencies
    .some((path) => willNeverBeCommitted(state, path, waiting));
  return isHopeless ? "lost" : "open";
}

/** A member that filled a directory and then failed or died, if there is one. */
export function lostFiller(
  state: WorkflowState,
  path: string,
): Member | undefined {
  const apps = state.engine.producers(path);
  const ids = apps.length > 0
    ? apps.map((app) => state.apps.get(app)?.lostBy ?? "")
    : [...state.folders.get(path)?.writers ?? []];
  return ids.map((id) => state.members.get(id))
    .find((member) => member?.ending && member.ending !== "left");
}

/** Tells whether every member that fills a directory has come and gone. */
function fillersEnded(state: WorkflowState, path: string): boolean {
  const apps = state.engine.producers(path);
  if (apps.length > 0) return apps.every((app) => hasEnded(state, app));
  // As long as no member has begun, one is still to come.
  const writers = [...state.folders.get(path)?.writers ?? []];
  return writers.length > 0 &&
    writers.every((id) => state.members.get(id)?.ending);
}

/** Tells whether `path` names something that is committed, or was given. */
export function isCommitted(
  state: WorkflowState,
  path: string,
  above?: readonly string[],
): boolean {
  if (isKnownDirectory(state, path)) {
    return directoryPhase(state, path, above) === "committed";
  }
  const file = state.paths.get(path);
  if (!file) return state.given.has(path);
  return file.phase === "committed" || file.committedAtHome !== undefined;
}

/** Tells whether nobody is left to finish what `path` names. */
function willNeverBeCommitted(
  state: WorkflowState,
  path: string,
  above?: readonly string[],
): boolean {
  if (isCommitted(state, path, above)) return false;
  if (isKnownDirectory(state, path)) {
    return directoryPhase(state, path, above) === "lost";
  }
  const file = state.paths.get(path);
  return file ? file.phase === "lost" : producersGone(state, path);
}

/** Tells whether a rule, or an entry in it, makes `path` a directory. */
function isKnownDirectory(
  { engine, paths, folders }: WorkflowState,
  path: string,
): boolean {
  return engine.isDirectory(path) || !paths.has(path) && folders.has(path);
}

/** Tells whether all the paths name something that is committed, or was given. */
export function areCommitted(
  state: WorkflowState,
  paths: readonly string[],
  above?: readonly string[],
): boolean {
  return paths.every((path) => isCommitted(state, path, above));
}

/**
 * The files that will never be finished: their producers have ended, and
 * something that each of them depends on will never be finished either.
 */
export function hopelessFiles(
  state: WorkflowState,
): ReadonlySet<WorkflowFile> {
  const hopeless = new Set(
    [...state.dependents].filter((file) => producersEnded(state, file)),
  );
  const isHopeless = ({ rule }: WorkflowFile) =>
    dependenciesOf(rule)?.some((path) => {
      const file = state.paths.get(path);
      // Files that wait for each other in a circle remain, all of them.
      return file && hopeless.has(file) || willNeverBeCommitted(state, path);
    });
  let size: number;
  do {
    size = hopeless.size;
    for (const file of hopeless) {
      if (!isHopeless(file)) hopeless.delete(file);
    }
  } while (hopeless.size < size);
  return hopeless;
}

/** Tells whether every member and app that may still write the file has ended. */
function producersEnded(state: WorkflowState, file: WorkflowFile): boolean {
  for (const id of file.writers) {
    if (!state.members.get(id)?.ending) return false;
  }
  return state.engine.producers(file.path)
    .every((app) => hasEnded(state, app));
}

/**
 * Tells whether no member takes part any more and no app is still expected. An
 * app that the configuration names may come late; it then finds the files that
 * it needs, or that their writer has failed.
 */
export function isOver(state: WorkflowState): boolean {
  const allEnded = [...state.members.values()]
    .every(({ ending, isAgent }) => ending || isAgent);
  return allEnded && state.engine.apps.every((app) => state.apps.has(app));
}

/** Tells whether a file lies in the spool and not in the real tree. */
export function isInSpool(state: WorkflowState, file: WorkflowFile): boolean {
  return file.phase !== "committed" || file.home !== undefined ||
    state.unpublished.has(file.number) ||
    !file.isInPlace && !state.engine.isPermanent(file.path);
}
