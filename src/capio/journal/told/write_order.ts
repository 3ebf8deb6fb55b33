import {
  orderOf,
  setRewrite,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/**
 * Notes that a member writes a file from its beginning although a step that comes
 * after it has written to it, and although it has not read what was there: with
 * the steps one after the other, that one would have written last.
 */
export function noteUndoing(
  state: WorkflowState,
  { path, number, writers }: WorkflowFile,
  by: string,
): void {
  if (writers.has(by)) return;
  if (state.pathReadings.get(path)?.get(by)?.number === number) return;
  const { members } = state;
  const app = members.get(by)?.app;
  for (const other of writers) {
    const otherApp = members.get(other)?.app;
    if (app === undefined || otherApp === undefined) continue;
    if (orderOf(state, app, otherApp) !== "before") continue;
    setRewrite(state, { path, reader: other, writer: by, kind: "undone" });
  }
}
