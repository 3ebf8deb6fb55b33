import {
  filesOf,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/**
 * Brings a state up to a later one of the same run. The objects of its files stay
 * the same, for operations under way refer to them.
 */
export function carryOver(state: WorkflowState, later: WorkflowState): void {
  // A member that joins has none, and the later state may have a million.
  if (state.created > 0) keepFiles(state, later);
  replaceFields(state, later);
}

/** Puts the files of a state in the place of the same ones of a later state. */
function keepFiles(state: WorkflowState, later: WorkflowState): void {
  const present = new Map(filesOf(later).map((file) => [file.number, file]));
  const kept = new Map<WorkflowFile, WorkflowFile>();
  for (const file of filesOf(state)) {
    const known = present.get(file.number);
    if (known) {
      replaceFields(file, known);
      kept.set(known, file);
    } else if (file.phase === "open") endForgotten(later, file);
  }
  const keep = (file: WorkflowFile) => kept.get(file) ?? file;
  for (
    const files of [
      later.paths,
      later.handles,
      later.unpublished,
      later.publishing,
    ]
  ) {
    keepIn<unknown>(files, keep);
  }
  for (const files of [later.pending, later.dependents]) {
    const all = [...files].map(keep);
    files.clear();
    for (const file of all) files.add(file);
  }
}

/**
 * Ends a file that is not known any more: it has lost its name in between, and
 * nobody writes it. All those that were not committed by then are remembered,
 * unless there were too many: then nobody is told that it had a good end.
 */
function endForgotten(
  { unfinished, unfinishedFrom }: WorkflowState,
  file: WorkflowFile,
): void {
  file.unlinked = true;
  const lostBy = unfinished.get(file.number);
  file.isDiscarded = lostBy !== undefined;
  const isUnsure = lostBy === undefined && file.number < unfinishedFrom;
  file.phase = lostBy || isUnsure ? "lost" : "committed";
  if (lostBy) file.lostBy = lostBy;
}

function keepIn<K>(
  files: Map<K, WorkflowFile>,
  keep: (file: WorkflowFile) => WorkflowFile,
): void {
  for (const [key, file] of files) files.set(key, keep(file));
}

function replaceFields<T extends object>(target: T, source: T): void {
  for (const name of Object.keys(target)) {
    if (!(name in source)) Reflect.deleteProperty(target, name);
  }
  Object.assign(target, source);
}
