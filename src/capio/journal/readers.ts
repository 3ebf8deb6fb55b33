import type { WorkflowFile, WorkflowState } from "./state.ts";

/**
 * Returns a function that tells the apps that have read a file, in part or to
 * its end. Those that have written it do not count.
 */
export function readersIn(
  state: WorkflowState,
): (file: WorkflowFile) => string[] {
  const { members, readings } = state;
  const byPath = Map.groupBy(readings.values(), ({ path }) => path);
  const appsOf = (ids: Iterable<string>) =>
    new Set([...ids].map((id) => members.get(id)?.app ?? id));
  return ({ path, readers = [], writers }) => {
    const present = byPath.get(path)?.map(({ member }) => member) ?? [];
    return [...appsOf([...readers, ...present]).difference(appsOf(writers))];
  };
}
