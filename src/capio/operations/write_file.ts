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

/** `Deno.writeFile`: one opening and one close. */
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
      { inSteps: data instanceof ReadableStream },
    ));
}

/** `Deno.writeTextFile`: one opening and one close. */
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
      { inSteps: data instanceof ReadableStream },
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
 * Writes a file with one call of `write`. The other members learn of the file
 * before its first byte, and of its close after the last one.
 *
 * The second argument of `write` says whether the file was created for it.
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
    // Of several members that try at once one succeeds: it may be a lock.
    ? workspace.workflow.moving(() => runSync(beginning))
    : yield* beginning;
  if (!file) {
    // The call itself reports why it cannot write.
    yield* withGivenPath(location, place, (location) => write(location, false));
    // It did not fail: the file has become writable in the meantime.
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
    // Not before: a watcher would take this close for the end of the write.
    file.close();
  }
  writing.close();
}

/** The state at the beginning of a write. */
interface Begun {
  /** Where the file is written, or where the system refuses that. */
  readonly location: string;
  /** The file, open in the spool; missing when it cannot be written. */
  readonly file?: Deno.FsFile;
  /** Whether the opening failed. */
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
    return { location: isTaken ? existingFile(workspace) : location };
  }
  // The write itself truncates the file.
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

/** Reports a new file at once, so that no other member takes the name. */
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
 * Returns the location of a file that certainly exists, where the system
 * refuses to create one. The file that is in the way may be gone by then.
 */
function existingFile({ folder }: Workspace): string {
  return folder.real(folder.publicationLock);
}

/** Returns information on a file that is being written. */
function presentWriting(
  workspace: Workspace,
  { path }: Place,
): Deno.FileInfo | undefined {
  if (workspace.state.paths.get(path)?.phase !== "open") return undefined;
  return lstatIfPresent(workspace.folder.spool(path));
}

/** Returns whether the location is that of a file of the workflow. */
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
