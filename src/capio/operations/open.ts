import type { WorkflowFile } from "../journal/mod.ts";
import {
  growingFile,
  type Place,
  type Workspace,
  writtenFile,
} from "../overlay/mod.ts";
import {
  call,
  changeOwner,
  lstatIfPresent,
  type Operation,
  runSync,
  system,
} from "../platform/mod.ts";
import { isProducer, openReadiness } from "../workflow/mod.ts";
import { atLocation } from "./at_location.ts";

/** `Deno.open`: readers wait for the file, writers write to the spool. */
export function* open(
  workspace: Workspace,
  place: Place,
  given?: Deno.OpenOptions | null,
): Operation<Deno.FsFile> {
  const options = given ?? { read: true };
  const { read, write, append, truncate, create, createNew } = options;
  const isForWriting = write || append;
  const isValid = isForWriting
    ? !truncate || (write && (createNew || !append))
    : read && !truncate && !create && !createNew;
  if (!isValid) {
    // The original refuses them before any wait or copy.
    return yield* call("open", place.given, options);
  }
  if (isForWriting) return yield* openDenoForWriting(workspace, place, options);
  return yield* openForReading(
    workspace,
    place,
    {
      open: (location) => call("open", location, options),
      close: (file) => file.close(),
      growing: (file, entry) => growingFile(file, workspace, entry, place),
    },
  );
}

/** `Deno.create`: the file is empty and open for reading and writing. */
export function create(
  workspace: Workspace,
  place: Place,
): Operation<Deno.FsFile> {
  const options = { read: true, write: true, truncate: true, create: true };
  return openDenoForWriting(workspace, place, options);
}

function openDenoForWriting(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
): Operation<Deno.FsFile> {
  return openForWriting(
    workspace,
    place,
    options,
    (location) => call("open", location, options),
    (file) => writtenFile(file, workspace, place.path),
  );
}

/** Waits until there is an entry that can be read. */
export function* untilOpenable(
  workspace: Workspace,
  place: Place,
  signal?: AbortSignal,
): Operation<void> {
  const { workflow } = workspace;
  const { path } = place;
  yield* workspace.until(
    place,
    (state) => openReadiness(state, workflow, path, () => workspace.real(path)),
    signal,
  );
  noteInput(workspace, path);
}

/** Opens a file for reading as `Deno` or as `node:fs` does. */
export interface OpeningForReading<F> {
  open(location: string): Operation<F>;
  close(file: F): void;
  /** Makes a file that is still being written wait at its end. */
  growing(file: F, entry: WorkflowFile): F;
}

/** Opens an entry for reading as soon as it is there. */
export function* openForReading<F>(
  workspace: Workspace,
  place: Place,
  opening: OpeningForReading<F>,
  signal?: AbortSignal,
): Operation<F> {
  const { workflow } = workspace;
  const { path } = place;
  for (;;) {
    yield* untilOpenable(workspace, place, signal);
    const entry = workflow.state.paths.get(path);
    const isPublished = !workflow.isInSpool(path);
    const file = yield* atLocation(
      workspace,
      place,
      (location) => opening.open(location),
    );
    const isSame = workspace.state.paths.get(path) === entry;
    if (!isSame && !isPublished) {
      // The open file may be the next one of that name, or the one before.
      opening.close(file);
      continue;
    }
    if (entry?.kind !== "file") return file;
    if (isProducer(workflow.state, workflow, entry)) return file;
    if (entry.phase === "committed") {
      noteEndRead(workspace, entry);
      return file;
    }
    return opening.growing(file, entry);
  }
}

/**
 * Opens a file for writing with `open`, and makes it report its close with
 * `written`.
 */
export function* openForWriting<F>(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
  open: (location: string) => Operation<F>,
  written: (file: F) => F,
): Operation<F> {
  const opening = openPrepared(workspace, place, options, open, written);
  if (!options.createNew) return yield* opening;
  // Of several members that try at once one succeeds: it may be a lock.
  return workspace.workflow.moving(() => runSync(opening));
}

function* openPrepared<F>(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
  open: (location: string) => Operation<F>,
  written: (file: F) => F,
): Operation<F> {
  let location = "";
  const prepare = () => location = prepareWriting(workspace, place, options);
  const file = yield* atLocation(workspace, place, open, prepare);
  if (location !== workspace.folder.spool(place.path)) return file;
  return written(file);
}

/**
 * Prepares a file for writing and returns its location: in the spool, with a
 * copy of its contents unless they are to be truncated. When the system is
 * going to refuse, it is a location where it does.
 */
export function prepareWriting(
  workspace: Workspace,
  { path, tail }: Place,
  options: Deno.OpenOptions,
): string {
  const { workflow, folder } = workspace;
  const present = workspace.state.paths.get(path);
  if (present?.phase === "open") return folder.spool(path);
  if (!present && !workspace.real(path)) {
    const creates = options.create || options.createNew;
    return creates ? workspace.placeNew(path) : workspace.locate(path);
  }
  // Directories and broken links cannot be written to.
  if (tail || present?.kind === "symlink") return workspace.locate(path);
  return workflow.moving(() => replace(workspace, path, options));
}

/** Puts a copy, or an empty file, in the place of a complete file. */
function replace(
  workspace: Workspace,
  path: string,
  options: Deno.OpenOptions,
): string {
  const { workflow, folder } = workspace;
  const present = workflow.state.paths.get(path);
  // Another member has done it in the meantime.
  if (present?.phase === "open") return folder.spool(path);
  if (present?.phase === "committed") workflow.publish(present);
  const spooled = workflow.isInSpool(path);
  const source = spooled ? folder.spool(path) : folder.real(path);
  const info = spooled ? lstatIfPresent(source) : workspace.real(path);
  if (!info) {
    const creates = options.create || options.createNew;
    return creates ? workspace.placeNew(path) : workspace.locate(path);
  }
  if (options.createNew || !info.isFile) return source;
  // A new file under the name: readers of the old one keep what they have.
  const target = workspace.placeNew(path);
  const copy = folder.copy(workflow.id);
  if (options.truncate) {
    system.openSync(copy, { write: true, create: true }).close();
  } else {
    system.copyFileSync(source, copy);
    keepTimes(copy, info);
  }
  const { uid, gid } = system.lstatSync(copy);
  if (uid !== info.uid || gid !== info.gid) changeOwner(copy, info);
  if (info.mode !== null && Deno.build.os !== "windows") {
    system.chmodSync(copy, info.mode & 0o7777);
  }
  // Reported before, so that no member takes the new file for the old one.
  workflow.append({ event: "make", path, kind: "file", replaces: true });
  system.renameSync(copy, target);
  workflow.refresh();
  return target;
}

/** Keeps the times of the original: an opening alone does not change a file. */
function keepTimes(copy: string, { atime, mtime }: Deno.FileInfo): void {
  if (!atime || !mtime) return;
  system.utimeSync(copy, atime, mtime);
}

/**
 * Reports that this member is going to get the end of a committed file, in case
 * a member writes to it again.
 */
export function noteEndRead(
  { workflow }: Workspace,
  { path, number, readers }: WorkflowFile,
): void {
  if (readers?.has(workflow.id)) return;
  workflow.note({ event: "input", path, file: number });
}

/** Reports that a real file was read, in case a member replaces it later. */
function noteInput(workspace: Workspace, path: string): void {
  const { workflow } = workspace;
  const { paths, inputs } = workflow.state;
  if (paths.has(path) || inputs.get(path)?.has(workflow.id)) return;
  workflow.note({ event: "input", path });
}
