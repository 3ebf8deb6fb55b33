import type { WorkflowFile, WorkflowState } from "./state.ts";

/** Yields all files that somebody can still ask for, each once. */
export function* filesOf(state: WorkflowState): Generator<WorkflowFile> {
  const { paths, pending, handles, unpublished } = state;
  yield* paths.values();
  const others = new Set(
    [...pending, ...handles.values(), ...unpublished.values()],
  );
  for (const file of others) if (paths.get(file.path) !== file) yield file;
}
