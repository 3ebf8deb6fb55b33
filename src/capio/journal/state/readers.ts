import type { WorkflowFile, WorkflowState } from "./state.ts";

/**
 * Returns a function that tells the apps that have read a file, in part or to
 * its end, or an earlier version of it. Those that have written it do not count.
 */
export function readersIn(
  state: WorkflowState,
): (file: WorkflowFile) => string[] {
  const { members, readings, pathReadings } = state;
  const byPath = Map.groupBy(readings.values(), ({ path }) => path);
  const appsOf = (ids: Iterable<string>) =>
    new Set([...ids].map((id) => members.get(id)?.app ?? id));
  return ({ path, readers = [], writers }) => {
    const ids = [
      ...readers,
      ...byPath.get(path)?.map(({ member }) => member) ?? [],
      // Of an empty file, or one that is written again, nothing else is left.
      ...pathReadings.get(path)?.keys() ?? [],
    ];
    return [...appsOf(ids).difference(appsOf(writers))];
  };
}
