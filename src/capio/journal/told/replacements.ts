import { SmallMap } from "../../../internal/mod.ts";
import { isTooEarly } from "./stale_reads.ts";
import {
  addRewrite,
  type PathReading,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/** Notes that a member has read from a file under a path. */
export function notePathReading(
  state: WorkflowState,
  member: string,
  path: string,
  number: number,
): void {
  const file = state.paths.get(path);
  if (file?.writers.has(member)) return;
  const readings = state.pathReadings
    .getOrInsertComputed(path, () => new SmallMap());
  const known = readings.get(member);
  // A handle of an earlier file may be closed after the present one was read.
  const isKnown = known && isPresent(state, file, known.number);
  if (isKnown && !isPresent(state, file, number)) return;
  const reading: PathReading = { number };
  if (!isPresent(state, file, number) && isReadable(file)) {
    reading.replacedBy = file.namedBy;
    state.replacedPaths.add(path);
  }
  readings.set(member, reading);
}

/** Notes that a file has got a name, which another one may have had before. */
export function noteReplacement(
  state: WorkflowState,
  file: WorkflowFile,
): void {
  const { path, namedBy } = file;
  const readings = state.pathReadings.get(path);
  if (!readings || !isReadable(file)) return;
  // What it reads from now on is its own.
  readings.delete(namedBy);
  state.replacedPaths.add(path);
  for (const [member, reading] of readings) {
    reading.replacedBy = isPresent(state, file, reading.number)
      ? undefined
      : namedBy;
    if (state.members.get(member)?.ending) tell(state, path, member, reading);
  }
}

/**
 * Notes which files a member has read that were replaced until its end. Before,
 * it may still read the new ones.
 */
export function tellReplacedOf(state: WorkflowState, member: string): void {
  for (const path of state.replacedPaths) {
    const reading = state.pathReadings.get(path)?.get(member);
    if (reading) tell(state, path, member, reading);
  }
}

/** Notes that the next file is a copy of a committed one. */
export function noteCopy(state: WorkflowState, original: WorkflowFile): void {
  state.copies.set(state.created, originalOf(state, original.number));
}

function tell(
  state: WorkflowState,
  path: string,
  reader: string,
  { replacedBy: writer }: PathReading,
): void {
  if (writer === undefined) return;
  if (state.paths.get(path)?.writers.has(reader)) return;
  const app = state.members.get(reader)?.app;
  if (app === state.members.get(writer)?.app) return;
  if (!isTooEarly(state, path, reader, writer)) return;
  addRewrite(state, { path, reader, writer, kind: "replaced" });
}

/** Tells whether a program can read a file under a name, or through a link. */
function isReadable(file: WorkflowFile | undefined): file is WorkflowFile {
  return file !== undefined && file.kind !== "directory";
}

/** Tells whether a number is that of a file, or of one that it is a copy of. */
function isPresent(
  state: WorkflowState,
  file: WorkflowFile | undefined,
  number: number,
): boolean {
  return file !== undefined &&
    originalOf(state, file.number) === originalOf(state, number);
}

function originalOf({ copies }: WorkflowState, number: number): number {
  return copies.get(number) ?? number;
}
