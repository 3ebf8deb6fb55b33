import type { Member, Phase, WorkflowFile, WorkflowState } from "./state.ts";

/** Whether a file's commit rule is satisfied. */
export function isComplete(state: WorkflowState, file: WorkflowFile): boolean {
  const { rule } = file;
  switch (rule.type) {
    case "on_close":
      // Nobody is left who could close it once more, so this is all of it.
      return file.closes >= rule.count || producersEnded(state, file);
    case "on_file":
      return hasDependencies(state, rule);
    case "on_n_files":
    case "on_termination":
      return producersEnded(state, file);
  }
}

/** Whether an app has taken part and none of its processes still does. */
export function hasEnded(state: WorkflowState, app: string): boolean {
  const known = state.apps.get(app);
  return known !== undefined && known.running === 0;
}

/** Whether every app that may produce `path` has come and gone. */
export function producersGone(state: WorkflowState, path: string): boolean {
  const declared = state.engine.producers(path);
  return declared.length > 0 && declared.every((app) => hasEnded(state, app));
}

/**
 * Where a directory stands: committed once its rule is satisfied, or everyone
 * who fills it has ended; lost when one of these ended badly, for then more was
 * to come. `above` are directories that wait for this one.
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
  if (rule.type === "on_n_files" && most >= rule.count) return "committed";
  const waiting = [...above, path];
  if (rule.type === "on_file" && hasDependencies(state, rule, waiting)) {
    return "committed";
  }
  if (!fillersEnded(state, path)) return "open";
  if (lostFiller(state, path)) return "lost";
  if (rule.type !== "on_file") return "committed";
  const isHopeless = rule.dependencies
    .some((path) => willNeverBe(state, path, waiting));
  return isHopeless ? "lost" : "open";
}

/** One of those who fill a directory and who ended badly, if any did. */
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

/** Whether everyone has come and gone who puts something into a directory. */
function fillersEnded(state: WorkflowState, path: string): boolean {
  const apps = state.engine.producers(path);
  if (apps.length > 0) return apps.every((app) => hasEnded(state, app));
  // Where nobody has begun, somebody is still to come.
  const writers = [...state.folders.get(path)?.writers ?? []];
  return writers.length > 0 &&
    writers.every((id) => state.members.get(id)?.ending);
}

/** Whether `path` names something that is finished for good. */
export function isCommitted(
  state: WorkflowState,
  path: string,
  above?: readonly string[],
): boolean {
  if (isFilled(state, path)) {
    return directoryPhase(state, path, above) === "committed";
  }
  const file = state.paths.get(path);
  return file ? file.phase === "committed" : state.given.has(path);
}

/** Whether what `path` names will never be finished. */
function willNeverBe(
  state: WorkflowState,
  path: string,
  above?: readonly string[],
): boolean {
  if (isCommitted(state, path, above)) return false;
  if (isFilled(state, path)) {
    return directoryPhase(state, path, above) === "lost";
  }
  const file = state.paths.get(path);
  return file ? file.phase === "lost" : producersGone(state, path);
}

/** Whether `path` is known for a directory by a rule, or by what lies in it. */
function isFilled({ engine, paths, folders }: WorkflowState, path: string) {
  return engine.isDirectory(path) || !paths.has(path) && folders.has(path);
}

/** Whether everything that a rule depends on is finished. */
function hasDependencies(
  state: WorkflowState,
  { dependencies }: { readonly dependencies: readonly string[] },
  above?: readonly string[],
): boolean {
  return dependencies.every((path) => isCommitted(state, path, above));
}

/**
 * The files that will never be finished: nobody writes to them any more, and
 * something that each of them depends on will never be finished either.
 */
export function hopelessFiles(
  state: WorkflowState,
): ReadonlySet<WorkflowFile> {
  const hopeless = new Set(
    [...state.dependents].filter((file) => producersEnded(state, file)),
  );
  const isHopeless = ({ rule }: WorkflowFile) =>
    rule.type === "on_file" && rule.dependencies.some((path) => {
      const file = state.paths.get(path);
      // Files that wait for each other in a circle remain, all of them.
      return file && hopeless.has(file) || willNeverBe(state, path);
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

/** Whether everyone who may still write to the file has ended. */
function producersEnded(state: WorkflowState, file: WorkflowFile): boolean {
  for (const id of file.writers) {
    if (!state.members.get(id)?.ending) return false;
  }
  return state.engine.producers(file.path)
    .every((app) => hasEnded(state, app));
}

/**
 * Whether nobody takes part any more and nobody is still expected. An app that
 * the configuration names may come late, and then finds what it needs: the
 * files, or that their writer has failed.
 */
export function isOver(state: WorkflowState): boolean {
  const hasEnded = [...state.members.values()].every(({ ending }) => ending);
  return hasEnded && state.engine.apps.every((app) => state.apps.has(app));
}

/** Whether a file has not been moved into the real tree, or never will be. */
export function isInSpool(state: WorkflowState, file: WorkflowFile): boolean {
  return file.phase !== "committed" ||
    state.unpublished.has(file.number) ||
    !state.engine.isPermanent(file.path);
}
