import type { ReadEvent, RewriteEvent } from "../events/mod.ts";
import { isTooEarly } from "./stale_reads.ts";
import {
  addRewrite,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/** Notes that a member has written below the end of a file that it holds open. */
export function noteOverwrite(
  state: WorkflowState,
  file: WorkflowFile,
  { by, offset }: RewriteEvent,
): void {
  const { overwriteCount: index = 0, overwrites = [] } = file;
  file.overwriteCount = index + 1;
  // A reader of whom such a report says something is told by the next one, too.
  file.overwrites = overwrites.filter((it) => it.offset < offset);
  file.overwrites.push({ index, by, offset });
  for (const [reader, to] of file.readTo ?? []) {
    if (to > offset) tell(state, file, reader, by);
  }
}

/** Notes how far a member has read a file, and what it did not know by then. */
export function noteReadTo(
  state: WorkflowState,
  { by, path, file: number, to, rewrites = 0 }: ReadEvent,
): void {
  if (to === undefined || number === undefined) return;
  const file = fileOf(state, path, number);
  if (!file) return;
  file.readTo ??= new Map();
  file.readTo.set(by, Math.max(to, file.readTo.get(by) ?? 0));
  for (const { index, by: writer, offset } of file.overwrites ?? []) {
    if (index >= rewrites && to > offset) tell(state, file, by, writer);
  }
}

/** Finds a file that may have been renamed since it was opened. */
function fileOf(
  { paths, pending }: WorkflowState,
  path: string,
  number: number,
): WorkflowFile | undefined {
  const present = paths.get(path);
  if (present?.number === number) return present;
  for (const file of pending) {
    if (file.number === number && !file.unlinked) return file;
  }
}

function tell(
  state: WorkflowState,
  { path, writers }: WorkflowFile,
  reader: string,
  writer: string,
): void {
  if (writers.has(reader) || !isTooEarly(state, path, reader, writer)) return;
  addRewrite(state, { path, reader, writer, kind: "overwritten" });
}
