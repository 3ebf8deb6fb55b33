import type { WorkflowFile } from "../../journal/mod.ts";
import {
  type FileIdentity,
  type Place,
  type Workspace,
  Writing,
} from "../../overlay/mod.ts";
import {
  isAbsence,
  isExistence,
  lstatIfPresent,
  type Operation,
  system,
} from "../../platform/mod.ts";
import { spoolOf } from "../../workflow/mod.ts";
import type { Beginning, Begun, Refused } from "./beginning.ts";
import { isFirst } from "./claimed_name.ts";
import { type CompleteFile, copyUp } from "./copy_up.ts";
import type { Opener } from "./opener.ts";

/**
 * Finds the file under a place, opens it for writing and reports that. This is
 * one step as far as commits are concerned: a file that a member has reported
 * open is neither committed nor published, and a report about a file that was
 * committed an instant before is void, so that its author looks again.
 */
export function* beginWriting<Held>(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
): Operation<Beginning<Held>> {
  // Of several members that create a new file at once one succeeds: it may be
  // a lock.
  if (!options.createNew) {
    const created = yield* createUnlocked(workspace, place, options, opener);
    if (created) return created;
  }
  const beginning = beginLocked(workspace, place, options, opener);
  if (!options.createNew || beginning.type !== "begun") return beginning;
  if (yield* isFirst(workspace, place, beginning, opener)) return beginning;
  return refuseNow(beginning.location, options, opener) ??
    (yield* beginWriting(workspace, place, options, opener));
}

/**
 * The same with the publication lock. `then` is called while the lock is held:
 * the file is still where it was opened.
 */
export function beginLocked<Held>(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
  then?: (begun: Begun<Held>) => void,
): Beginning<Held> {
  return workspace.workflow.moving(() => {
    let beginning: Beginning<Held> | undefined;
    do beginning = tryLocked(workspace, place, options, opener); while (
      !beginning
    );
    if (beginning.type === "begun") then?.(beginning);
    return beginning;
  });
}

/**
 * Creates a file under a free path. This is the usual case and needs no lock:
 * the system lets only one member create the file. Returns `undefined` when the
 * path is not free or has not stayed so.
 */
function* createUnlocked<Held>(
  workspace: Workspace,
  { path, given, tail }: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
): Operation<Beginning<Held> | undefined> {
  const { workflow, folder } = workspace;
  workspace.homes.check({ path, given });
  const { paths, renamings } = workflow.state;
  if (tail || !options.create || paths.has(path)) return undefined;
  if (workspace.trees.real(path)) return undefined;
  const location = workspace.trees.placeNew(path);
  if (!folder.spoolAt(location)) return undefined;
  let held: Held;
  try {
    const exclusively = { ...options, createNew: true, truncate: false };
    held = yield* opener.open(location, exclusively);
  } catch (error) {
    // A member has just created the file, or moved or removed a directory.
    if (isExistence(error) || isAbsence(error)) return undefined;
    return { type: "refused", location, error };
  }
  try {
    const { append: appends } = options;
    const writing = Writing.begin(workspace, path, location, undefined, {
      appends,
    });
    if (writing) {
      // Without a renaming the file is certainly where the report says.
      const isSure = workflow.state.renamings === renamings;
      if (isSure || isInPlace(workspace, writing, opener.identify(held))) {
        return { type: "begun", held, writing, location };
      }
    } else removeUnknown(workspace, path, location, opener.identify(held));
  } catch (error) {
    opener.close(held);
    throw error;
  }
  opener.close(held);
  return undefined;
}

/**
 * Returns whether a new file lies where the members look for it. Else a
 * directory above it was renamed before the file was reported, and the report is
 * taken back.
 */
function isInPlace(
  { workflow, folder }: Workspace,
  writing: Writing,
  created: FileIdentity,
): boolean {
  return workflow.moving(() => {
    const { file } = writing;
    if (!file || file.unlinked) return true;
    if (isAt(folder.spool(file.path, spoolOf(file)), created)) return true;
    workflow.append({ event: "remove", path: file.path });
    writing.withdraw();
    return false;
  });
}

/** Removes a new file whose report was void: another member was faster. */
function removeUnknown(
  workspace: Workspace,
  path: string,
  location: string,
  created: FileIdentity,
): void {
  workspace.workflow.moving(() => {
    // The other member may have opened this very file and reported it.
    if (workspace.trees.whereIs(path) === location) return;
    if (!isAt(location, created)) return;
    system.removeSync(location);
  });
}

function isAt(location: string, { dev, ino }: FileIdentity): boolean {
  const info = lstatIfPresent(location);
  return info !== undefined && info.ino === ino && info.dev === dev;
}

/**
 * Begins to write with the publication lock held. Returns `undefined` when the
 * file was committed at that very moment.
 */
function tryLocked<Held>(
  workspace: Workspace,
  place: Place,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
): Beginning<Held> | undefined {
  const { workflow, folder } = workspace;
  const { path, tail } = place;
  const present = workflow.state.paths.get(path);
  // Another machine may have made it since the call was allowed.
  if (!present || !options.createNew) workspace.homes.check(place);
  // Directories and broken links cannot be written to.
  if (present && present.kind !== "file") {
    const location = workspace.trees.locate(path);
    return options.createNew && !tail
      ? refuseNow(location, options, opener)
      : { type: "refused", location };
  }
  if (present?.phase === "open" && !tail) {
    const spool = spoolOf(present);
    workspace.spoolWays.checkEntry(path, spool);
    const location = folder.spool(path, spool);
    return openLocked(workspace, place, location, options, opener, present);
  }
  const complete = completeFile(workspace, path, present);
  if (!complete) {
    const creates = options.create || options.createNew;
    const location = creates
      ? workspace.trees.placeNew(path)
      : workspace.trees.locate(path);
    if (!creates || tail || !folder.spoolAt(location)) {
      return { type: "refused", location };
    }
    // Another program has removed the file that the workflow has committed.
    if (present) workflow.append({ event: "remove", path });
    return openLocked(workspace, place, location, options, opener);
  }
  const { location, info } = complete;
  if (tail || !info.isFile && !options.createNew) {
    return { type: "refused", location };
  }
  if (options.createNew) return refuseNow(location, options, opener);
  return copyUp(workspace, place, complete, options, opener);
}

/**
 * Lets the system refuse to create a file that is there: without the lock a
 * member could remove the file first.
 */
function refuseNow<Held>(
  location: string,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
): Refused | undefined {
  try {
    opener.close(opener.openNow(location, options));
  } catch (error) {
    return { type: "refused", location, error };
  }
  // Another program has just removed the file.
  system.removeSync(location);
}

/** Finds the complete file under a path. It is published first if it is due. */
function completeFile(
  workspace: Workspace,
  path: string,
  present: WorkflowFile | undefined,
): CompleteFile | undefined {
  if (present?.phase === "committed") workspace.workflow.publish(present);
  const location = workspace.trees.locate(path);
  const info = lstatIfPresent(location);
  return info && { location, info };
}

/** Opens a file at a location in a spool: the `present` one or a new one. */
function openLocked<Held>(
  workspace: Workspace,
  { path }: Place,
  location: string,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
  present?: WorkflowFile,
): Beginning<Held> | undefined {
  const before = present && lstatIfPresent(location);
  let held: Held;
  try {
    // Truncated only once it is certain that nobody has committed the file.
    held = opener.openNow(location, { ...options, truncate: false });
  } catch (error) {
    return { type: "refused", location, error };
  }
  let writing: Writing | undefined;
  try {
    const { append: appends, truncate: truncates } = options;
    writing = Writing.begin(workspace, path, location, present, {
      before,
      appends,
      truncates,
    });
    if (writing && options.truncate) {
      opener.truncate(held);
      if (before?.size) writing.overwrote(0);
    }
  } catch (error) {
    writing?.close(true);
    opener.close(held);
    throw error;
  }
  if (writing) return { type: "begun", held, writing, location };
  opener.close(held);
  return undefined;
}
