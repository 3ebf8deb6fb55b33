import { isTooEarly } from "./stale_reads.ts";
import {
  memberSet,
  NO_MEMBERS,
  setRewrite,
  withMember,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/**
 * Notes that a member has got the end of a committed file, or is going to. A
 * producer of the file does not count: it knows that more may come.
 */
export function noteEndRead(
  state: WorkflowState,
  reader: string,
  path: string,
  number: number,
): void {
  const file = state.paths.get(path);
  if (file?.number === number) {
    file.readers = withMember(file.readers ?? NO_MEMBERS, reader);
    return;
  }
  if (file?.replaced?.number === number) {
    file.replaced.readers = withMember(file.replaced.readers, reader);
    return;
  }
  // The writer was faster than the reader.
  const rewriter = state.rewriters.get(number);
  if (rewriter) addRewrites(state, path, rewriter, [reader]);
}

/** Notes that `file` is the copy of a committed one that is written again. */
export function replaceCommitted(
  file: WorkflowFile,
  { number, readers, replaced }: WorkflowFile,
): void {
  const all = memberSet([...readers ?? [], ...replaced?.readers ?? []]);
  file.replaced = { number, readers: all };
}

/** Notes that a member has changed a file since it was read to its end. */
export function noteChange(
  state: WorkflowState,
  file: WorkflowFile,
  writer: string,
): void {
  const { path, replaced } = file;
  if (!replaced) return;
  file.replaced = undefined;
  state.rewriters.set(replaced.number, writer);
  addRewrites(state, path, writer, replaced.readers);
}

function addRewrites(
  state: WorkflowState,
  path: string,
  writer: string,
  readers: Iterable<string>,
): void {
  const writers = state.paths.get(path)?.writers;
  for (const reader of readers) {
    if (writers?.has(reader)) continue;
    if (!isTooEarly(state, path, reader, writer)) continue;
    setRewrite(state, { path, reader, writer, kind: "reopened" });
  }
}
