import { type Place, type Workspace, Writing } from "../overlay/mod.ts";
import {
  act,
  call,
  lstatIfPresent,
  type Operation,
  runSync,
  system,
} from "../platform/mod.ts";
import { atLocation, withGivenPath } from "./at_location.ts";
import { prepareWriting } from "./open.ts";

/** `Deno.writeFile`: one opening, one close. */
export function writeFile(
  workspace: Workspace,
  place: Place,
  data: Uint8Array | ReadableStream<Uint8Array>,
  options: Deno.WriteFileOptions = {},
): Operation<void> {
  return writeWhole(workspace, place, options, (location, options) =>
    act(
      () => system.writeFile(location, data, options),
      () => system.writeFileSync(location, data as Uint8Array, options),
    ));
}

/** `Deno.writeTextFile`: one opening, one close. */
export function writeTextFile(
  workspace: Workspace,
  place: Place,
  data: string | ReadableStream<string>,
  options: Deno.WriteFileOptions = {},
): Operation<void> {
  return writeWhole(workspace, place, options, (location, options) =>
    act(
      () => system.writeTextFile(location, data, options),
      () => system.writeTextFileSync(location, data as string, options),
    ));
}

function* writeWhole(
  workspace: Workspace,
  place: Place,
  options: Deno.WriteFileOptions,
  write: (
    location: string,
    options: Deno.WriteFileOptions,
  ) => Operation<void>,
): Operation<void> {
  options.signal?.throwIfAborted();
  const { create = true, createNew, append } = options;
  const opening = { write: true, create, createNew, truncate: !append };
  yield* writeAtOnce(
    workspace,
    place,
    opening,
    (location, isCreated) =>
      write(location, isCreated ? { ...options, createNew: false } : options),
  );
}

/**
 * Writes in one call. The others learn of the file before its first byte, and
 * of its end after the last one; in between the original does the writing.
 *
 * `write` is told whether the file has been created for it.
 */
export function* writeAtOnce(
  workspace: Workspace,
  place: Place,
  opening: Deno.OpenOptions,
  write: (location: string, isCreated: boolean) => Operation<void>,
): Operation<void> {
  const before = presentWriting(workspace, place);
  const beginning = beginWriting(workspace, place, opening);
  const { location, file, ...begun } = opening.createNew
    // One of those who try at the same time succeeds: it may be a lock.
    ? workspace.workflow.moving(() => runSync(beginning))
    : yield* beginning;
  if (!file) {
    // What cannot be, the call itself says in its own words.
    yield* withGivenPath(location, place, (location) => write(location, false));
    // It has come to be possible in between.
    if (begun.failed) new Writing(workspace, place.path).close();
    return;
  }
  let writing: Writing | undefined = begun.writing;
  try {
    writing ??= new Writing(workspace, place.path);
    yield* withGivenPath(location, place, (location) => write(location, true));
  } catch (error) {
    if (before && isAsBefore(before, lstatIfPresent(location))) {
      writing?.withdraw();
    } else writing?.close(true);
    throw error;
  } finally {
    // Not before: who watches would take it for the end of the writing.
    file.close();
  }
  writing.close();
}

/** What a writing in one call begins with. */
interface Begun {
  /** Where it is to be written, or where that is refused. */
  readonly location: string;
  /** It, open in the spool; nothing when it cannot be written. */
  readonly file?: Deno.FsFile;
  /** Whether it could not be opened. */
  readonly failed?: boolean;
  readonly writing?: Writing;
}

function* beginWriting(
  workspace: Workspace,
  place: Place,
  opening: Deno.OpenOptions,
): Operation<Begun> {
  const { createNew } = opening;
  const location = prepareWriting(workspace, place, opening);
  if (!isWritable(workspace, place, location, opening)) {
    const isTaken = createNew && !place.tail && lstatIfPresent(location);
    return { location: isTaken ? whatIsThere(workspace) : location };
  }
  // What is to be emptied is emptied by the writing itself.
  const options = { ...opening, truncate: false };
  try {
    const file = yield* atLocation(
      workspace,
      place,
      (location) => call("open", location, options),
      () => prepareWriting(workspace, place, opening),
    );
    return createNew
      ? { location, file, writing: announced(workspace, place, file) }
      : { location, file };
  } catch {
    return { location, failed: true };
  }
}

/** Tells the others of a file at once: nobody is to take the name for free. */
function announced(
  workspace: Workspace,
  { path }: Place,
  file: Deno.FsFile,
): Writing {
  try {
    return new Writing(workspace, path);
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Where the system refuses to make a new file because there is one, for sure:
 * the one that is meant may be gone the next moment, and another be made.
 */
function whatIsThere({ folder }: Workspace): string {
  return folder.real(folder.publicationLock);
}

/** What has been written to a file that is still being written. */
function presentWriting(
  workspace: Workspace,
  { path }: Place,
): Deno.FileInfo | undefined {
  if (workspace.state.paths.get(path)?.phase !== "open") return undefined;
  return lstatIfPresent(workspace.folder.spool(path));
}

/** Whether what a call is about to write to is a file of the workflow. */
function isWritable(
  { folder, workflow }: Workspace,
  { path, tail }: Place,
  location: string,
  { createNew }: Deno.OpenOptions,
): boolean {
  if (location !== folder.spool(path) || tail) return false;
  const { kind = "file" } = workflow.state.paths.get(path) ?? {};
  if (kind !== "file") return false;
  return !createNew || !lstatIfPresent(location);
}

function isAsBefore(
  before: Deno.FileInfo,
  now: Deno.FileInfo | undefined,
): boolean {
  return before.ino === now?.ino && before.size === now.size &&
    before.mtime?.getTime() === now.mtime?.getTime();
}
