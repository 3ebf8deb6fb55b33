import {
  isBeingMoved,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  growingFile,
  type Place,
  readFile,
  View,
  type Workspace,
  writtenFile,
} from "../overlay/mod.ts";
import {
  call,
  isAbsence,
  lstatIfPresent,
  type Operation,
  smallRead,
} from "../platform/mod.ts";
import {
  isListedAtOnce,
  isProducer,
  openReadiness,
  type Verdict,
} from "../workflow/mod.ts";
import {
  accessOfOpen,
  atLocation,
  namingGivenPath,
  READ,
  settled,
  untilAt,
  untilWritable,
} from "./finding/mod.ts";
import {
  beginWriting,
  type Begun,
  denoOpener,
  type Opener,
} from "./writing/mod.ts";

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
      open(location, isInMemory) {
        const operation = call("open", location, options);
        return isInMemory ? smallRead(operation) : operation;
      },
      close: (file) => file.close(),
      growing: (file, entry, place) =>
        growingFile(file, workspace, entry, place),
      plain: (file, place, entry) => readFile(file, workspace, place, entry),
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
  return openForWriting(workspace, place, options, denoOpener, {
    plain: (location) => call("open", location, options),
    // deno-lint-ignore require-yield
    *written({ held, writing }) {
      return writtenFile(held, writing);
    },
  });
}

/**
 * Waits until there is an entry that can be read, or it is known that there is
 * none, which the system reports. Returns the place of the entry.
 */
export function* untilOpenable(
  workspace: Workspace,
  place: Place,
  signal?: AbortSignal,
): Operation<Place> {
  const { workflow } = workspace;
  let here = place;
  let verdict: Verdict | undefined;
  const decide = (state: WorkflowState, place: Place) => {
    here = place;
    const { path, through } = place;
    const lookAtReal = () => workspace.trees.real(path);
    verdict = openReadiness(state, workflow, path, { lookAtReal, through });
    const isUndeclared = verdict.type === "wait" && !verdict.declared;
    if (isUndeclared && workspace.trees.isBelowFile(path)) {
      verdict = { type: "go", isMissing: true };
    }
    return verdict;
  };
  try {
    here = yield* untilAt(workspace, place, READ, decide, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      workflow.answers.missed(here.path);
    }
    throw error;
  }
  const state = workflow.refresh();
  const names = [here.path, ...here.through.map(({ link }) => link)];
  if (names.some((name) => isBeingMoved(state, name))) {
    workflow.untilMoved();
    return yield* untilOpenable(workspace, place, signal);
  }
  if (verdict?.type !== "go" || verdict.isMissing) {
    workflow.answers.missed(here.path);
    return here;
  }
  workflow.answers.found(here.path);
  noteInput(workspace, here.path);
  noteLinks(workspace, here);
  return here;
}

/** Opens a file for reading as `Deno` or as `node:fs` does. */
export interface OpeningForReading<F> {
  /** @param isInMemory Whether a step has just written the file. */
  open(location: string, isInMemory: boolean): Operation<F>;
  close(file: F): void;
  /** Makes a file that is still being written wait at its end. */
  growing(file: F, entry: WorkflowFile, place: Place): F;
  /** Makes any other file go on in a copy that this member begins to write. */
  plain(file: F, place: Place, entry?: WorkflowFile): F;
}

/** Opens an entry for reading as soon as it is there. */
export function* openForReading<F>(
  workspace: Workspace,
  place: Place,
  opening: OpeningForReading<F>,
  signal?: AbortSignal,
): Operation<F> {
  const { workflow } = workspace;
  const view = new View(workspace);
  const { result: file, here, entry } = yield* settled(workspace, place, view, {
    until: (place) => untilOpenable(workspace, place, signal),
    act: (here) =>
      atLocation(
        workspace,
        here,
        (location) =>
          opening.open(
            location,
            isWorkflowFile(view.fileAt(here.path), location),
          ),
        () => view.locate(here.path),
      ),
    undo: (file) => opening.close(file),
  });
  if (entry?.kind !== "file") return opening.plain(file, here, entry);
  if (isProducer(workflow.state, workflow, entry)) {
    // What it writes then is not written over what it does not know of.
    if (!entry.writers.has(workflow.id)) noteEndRead(workspace, entry);
    return opening.plain(file, here, entry);
  }
  if (entry.phase === "committed") {
    noteEndRead(workspace, entry);
    // A program that was told a size before may go by that.
    if (!workspace.toldSizes.has(entry) && !workflow.state.isObserved) {
      return opening.plain(file, here, entry);
    }
  }
  return opening.growing(file, entry, here);
}

/**
 * Returns whether a file of the workflow lies at a location: a step has just
 * written it, so it is in memory. To open anything else may take long.
 */
export function isWorkflowFile(
  entry: WorkflowFile | undefined,
  location: string,
  mostBytes: number = Infinity,
): boolean {
  if (entry?.kind !== "file") return false;
  const info = lstatIfPresent(location);
  return info !== undefined && info.isFile && info.size <= mostBytes;
}

/** Opens a file for writing as `Deno` or as `node:fs` does. */
export interface OpeningForWriting<Held, F> {
  /** Opens what is no file of the workflow, or is refused. */
  plain(location: string): Operation<F>;
  /**
   * Makes an open file of the spool report its close. Returns `undefined` when
   * the file has to be looked for again.
   */
  written(begun: Begun<Held>): Operation<F | undefined>;
}

/** Opens a file for writing. */
export function* openForWriting<Held, F>(
  workspace: Workspace,
  given: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
  { plain, written }: OpeningForWriting<Held, F>,
): Operation<F> {
  const access = accessOfOpen(options);
  const place = yield* untilWritable(workspace, given, options, access);
  for (let isSecondTry = false;;) {
    const begun = yield* beginWriting(workspace, place, options, opener);
    if (begun.type === "begun") {
      const file = yield* written(begun);
      if (file !== undefined) return file;
      continue;
    }
    const location = begun.location + place.tail;
    try {
      if (begun.error !== undefined) throw begun.error;
      return yield* plain(location);
    } catch (error) {
      // A member may have created the file at that very moment.
      const isThere = !isSecondTry && isAbsence(error) &&
        workspace.trees.isThere(place.path);
      if (!isThere) throw namingGivenPath(error, location, place);
      isSecondTry = true;
    }
  }
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

/** Reports the links on the way, in case a member replaces one later. */
function noteLinks(workspace: Workspace, { through }: Place): void {
  const { workflow } = workspace;
  for (const { link: path } of through) {
    const { paths, pathReadings } = workflow.state;
    const entry = paths.get(path);
    if (!entry) noteInput(workspace, path);
    else if (!entry.writers.has(workflow.id)) {
      const known = pathReadings.get(path)?.get(workflow.id);
      if (known?.number === entry.number) continue;
      workflow.note({ event: "input", path, file: entry.number });
    }
  }
}

/** Reports that a real file was read, in case a member replaces it later. */
function noteInput(workspace: Workspace, path: string): void {
  const { workflow } = workspace;
  const { paths, inputs } = workflow.state;
  if (paths.has(path) || inputs.get(path)?.has(workflow.id)) return;
  // Its listing waits for those that fill it, whatever was there before.
  const isAwaited = !isListedAtOnce(workflow.state, path) &&
    workspace.trees.isDirectory(path);
  if (isAwaited) return;
  workflow.note({ event: "input", path });
}
