import { writeAll, writeAllSync } from "../../../internal/mod.ts";
import { type Place, type Workspace, Writing } from "../../overlay/mod.ts";
import {
  act,
  ifAtOnce,
  ifPresent,
  isExistence,
  type Operation,
  runSync,
  SMALL_BYTES,
  system,
} from "../../platform/mod.ts";
import { untilMade, withGivenPath, WRITE } from "../finding/mod.ts";
import { beginLocked, beginWriting } from "./begin_writing.ts";
import type { Begun, Refused } from "./beginning.ts";
import { existingFile, isFirst } from "./claimed_name.ts";
import { denoOpener, type Opener } from "./opener.ts";

/** `Deno.writeFile`: one opening and one close. */
export function writeFile(
  workspace: Workspace,
  place: Place,
  data: Uint8Array | ReadableStream<Uint8Array>,
  options: Deno.WriteFileOptions = {},
): Operation<void> {
  return writeWhole(
    workspace,
    place,
    options,
    data,
    (location, options) =>
      act(
        () => system.writeFile(location, data, options),
        () => system.writeFileSync(location, data as Uint8Array, options),
        { inSteps: data instanceof ReadableStream },
      ),
  );
}

/** `Deno.writeTextFile`: one opening and one close. */
export function writeTextFile(
  workspace: Workspace,
  place: Place,
  data: string | ReadableStream<string>,
  options: Deno.WriteFileOptions = {},
): Operation<void> {
  return writeWhole(
    workspace,
    place,
    options,
    typeof data === "string" ? new TextEncoder().encode(data) : data,
    (location, options) =>
      act(
        () => system.writeTextFile(location, data, options),
        () => system.writeTextFileSync(location, data as string, options),
        { inSteps: data instanceof ReadableStream },
      ),
  );
}

function* writeWhole(
  workspace: Workspace,
  place: Place,
  options: Deno.WriteFileOptions,
  data: unknown,
  write: (
    location: string,
    options: Deno.WriteFileOptions,
  ) => Operation<void>,
): Operation<void> {
  options.signal?.throwIfAborted();
  const { signal, mode } = options;
  // The original takes anything else for false.
  const create = (options.create ?? true) === true;
  const createNew = options.createNew === true;
  const append = options.append === true;
  const opening = { write: true, create, createNew, truncate: !append };
  const writeAt: WriteAt = (location, isCreated) =>
    write(location, isCreated ? { ...options, createNew: false } : options);
  // The original gives the mode to an old file too, and a signal interrupts it.
  const isPlain = data instanceof Uint8Array && (mode ?? signal) === undefined;
  const keeps = append ? Infinity : 0;
  if (!isPlain) {
    return yield* writeByPath(workspace, place, opening, writeAt, keeps);
  }
  yield* writeThrough(
    workspace,
    place,
    { ...opening, append },
    denoOpener,
    (file) => act(() => writeAll(file, data), () => writeAllSync(file, data)),
    writeAt,
    data.byteLength,
  );
}

/**
 * Writes a file at a location with one call. The second argument says whether
 * the file was created for it.
 */
export type WriteAt<T = void> = (
  location: string,
  isCreated: boolean,
) => Operation<T>;

/**
 * Writes a file through an open one. The other members learn of the file before
 * its first byte, and of its close after the last one.
 *
 * When the file cannot be opened, `writeAt` says so in the words of the call.
 *
 * @param size How much is written, in bytes; the file is not made empty first
 * where it is new.
 */
export function* writeThrough<Held>(
  workspace: Workspace,
  given: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
  write: (held: Held) => Operation<unknown>,
  writeAt: WriteAt,
  size: number,
): Operation<void> {
  const { create, createNew } = options;
  if (create && !createNew && !options.append && size <= SMALL_BYTES) {
    const writeNow = (held: Held) => runSync(write(held));
    const isWritten = yield* ifAtOnce(() =>
      writeNew(workspace, given, options, opener, writeNow)
    );
    if (isWritten) return;
  }
  const place = create || createNew
    ? given
    : yield* untilMade(workspace, given, WRITE);
  const begun = yield* beginWriting(workspace, place, options, opener);
  if (begun.type === "refused") {
    return yield* refuse(workspace, place, options, begun, writeAt);
  }
  const { held } = begun;
  yield* untilWritten(
    begun,
    withGivenPath(begun.location, place, () => write(held)),
    () => opener.close(held),
    // What it made empty at the opening is known.
    options.append || options.truncate ? Infinity : 0,
  );
}

/**
 * Writes a small new file, which the others learn of when it is finished. Returns
 * whether it has done so: in all other cases nothing has happened.
 */
function writeNew<Held>(
  workspace: Workspace,
  { path, given, tail }: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
  write: (held: Held) => void,
): boolean {
  const { workflow, folder, trees } = workspace;
  workspace.homes.check({ path, given });
  if (tail || workflow.state.paths.has(path)) return false;
  return workflow.makeWhole(() => {
    if (workflow.state.paths.has(path) || trees.real(path)) return;
    const location = trees.placeNew(path);
    if (!folder.spoolAt(location)) return;
    let held: Held;
    try {
      const exclusively = { ...options, createNew: true, truncate: false };
      held = opener.openNow(location, exclusively);
    } catch {
      // A member has just created it, or the system refuses it in words.
      return;
    }
    const isWritten = succeeds(() => write(held));
    opener.close(held);
    if (!isWritten) {
      system.removeSync(location);
      return;
    }
    const handle = workflow.newHandle();
    return { event: "open", path, handle, ...folder.spoolField(location) };
  });
}

function succeeds(fn: () => void): boolean {
  try {
    fn();
    return true;
  } catch {
    // The same call made step by step says so.
    return false;
  }
}

/**
 * The same for a call that takes a path. The path is one that no other member
 * knows, for they may rename the file before the system opens it.
 *
 * @param keeps Bytes at the beginning of an old file that the call keeps.
 */
export function* writeByPath<T>(
  workspace: Workspace,
  given: Place,
  options: Deno.OpenOptions,
  writeAt: WriteAt<T>,
  keeps: number = options.append ? Infinity : 0,
): Operation<T> {
  const { folder, workflow } = workspace;
  const { create, createNew } = options;
  const place = create || createNew
    ? given
    : yield* untilMade(workspace, given, WRITE);
  // The call itself truncates the file.
  const opener = { ...denoOpener, truncate() {} };
  let path = "";
  let name = "";
  const begun = beginLocked(workspace, place, options, opener, (begun) => {
    const spool = folder.spoolAt(begun.location) ?? "disk";
    name = folder.secondName(workflow.id, workflow.newHandle(), spool);
    path = name;
    try {
      system.linkSync(begun.location, name);
    } catch {
      // The file system has no hard links.
      path = begun.location;
    }
  });
  if (begun.type === "refused") {
    return yield* refuse(workspace, place, options, begun, writeAt);
  }
  const forgetName = () => ifPresent(() => system.removeSync(name));
  if (createNew) {
    let isNamed = false;
    try {
      isNamed = yield* isFirst(workspace, place, begun, opener);
    } finally {
      if (!isNamed) forgetName();
    }
    if (!isNamed) {
      return yield* withGivenPath(
        existingFile(workspace),
        place,
        (location) => writeAt(location, false),
      );
    }
  }
  return yield* untilWritten(
    begun,
    withGivenPath(path, place, (path) => writeAt(path, true)),
    () => {
      forgetName();
      opener.close(begun.held);
    },
    keeps,
  );
}

/**
 * Writes to a file that is open, and reports its close.
 *
 * @param overwrites The offset from which on it replaces what was there.
 */
function* untilWritten<Held, T>(
  { writing }: Begun<Held>,
  write: Operation<T>,
  close: () => void,
  overwrites: number,
): Operation<T> {
  let result: T;
  try {
    result = yield* write;
  } catch (error) {
    const explained = writing.explained(error);
    if (writing.isUnchanged) writing.withdraw();
    else writing.close(true);
    throw explained;
  } finally {
    // Not before: a watcher would take this close for the end of the write.
    close();
  }
  if (overwrites < writing.sizeBefore) writing.overwrote(overwrites);
  writing.close();
  return result;
}

function* refuse<T>(
  workspace: Workspace,
  place: Place,
  { createNew }: Deno.OpenOptions,
  { location, error }: Refused,
  writeAt: WriteAt<T>,
): Operation<T> {
  const isTaken = createNew && isExistence(error);
  // The call itself reports why it cannot write.
  const result = yield* withGivenPath(
    isTaken ? existingFile(workspace) : location,
    place,
    (location) => writeAt(location, false),
  );
  // It did not fail: the file has become writable in the meantime.
  if (error !== undefined) {
    Writing.begin(workspace, place.path, location)?.close();
  }
  return result;
}
