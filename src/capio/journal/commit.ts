import type { WorkflowFile, WorkflowState } from "./state.ts";

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

/**
 * Whether everything that a directory will ever list is there: its rule is
 * satisfied, or everyone who fills it has ended.
 */
export function isDirectoryComplete(
  state: WorkflowState,
  path: string,
): boolean {
  const rule = state.engine.commitRule(path);
  const folder = state.folders.get(path);
  if (rule.type === "on_n_files" && (folder?.entries.size ?? 0) >= rule.count) {
    return true;
  }
  if (rule.type === "on_file" && hasDependencies(state, rule)) return true;
  const declared = state.engine.producers(path);
  if (declared.length > 0) return declared.every((app) => hasEnded(state, app));
  // Where nobody has begun, somebody is still to come.
  const writers = [...folder?.writers ?? []];
  return writers.length > 0 &&
    writers.every((id) => state.members.get(id)?.ending);
}

function hasDependencies(
  state: WorkflowState,
  { dependencies }: { readonly dependencies: readonly string[] },
): boolean {
  return dependencies.every((path) => isCommitted(state, path));
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

/** Whether `path` names something that is finished for good. */
export function isCommitted(state: WorkflowState, path: string): boolean {
  return state.paths.get(path)?.phase === "committed";
}

/**
 * Whether a file will never be finished: nobody writes to it any more, and what
 * it depends on will never be finished either.
 */
export function isHopeless(state: WorkflowState, file: WorkflowFile): boolean {
  const { rule } = file;
  if (rule.type !== "on_file" || !producersEnded(state, file)) return false;
  return rule.dependencies.some((path) => {
    const dependency = state.paths.get(path);
    if (dependency) return dependency.phase === "lost";
    return producersGone(state, path);
  });
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
