import {
  type Place,
  type Workspace,
  Writing,
  type WritingOptions,
} from "../../overlay/mod.ts";
import {
  changeOwner,
  ifPresent,
  isDenial,
  system,
} from "../../platform/mod.ts";
import { namingGivenPath } from "../finding/mod.ts";
import type { Beginning } from "./beginning.ts";
import { linkedNames, tellThatNamesPart } from "./linked_names.ts";
import type { Opener } from "./opener.ts";

/** A complete file, in the spool or in the real tree. */
export interface CompleteFile {
  readonly location: string;
  readonly info: Deno.FileInfo;
}

/**
 * Opens a copy of a complete file, or an empty file with `truncate`, and puts it
 * in the place of the complete one: other members that read that keep what they
 * have. The handles of this member go on in the copy.
 *
 * The caller holds the publication lock.
 */
export function copyUp<Held>(
  workspace: Workspace,
  place: Place,
  { location, info }: CompleteFile,
  options: Deno.OpenOptions,
  opener: Opener<Held>,
): Beginning<Held> {
  const { workflow, folder } = workspace;
  const { path } = place;
  const entry = workflow.state.paths.get(path);
  const target = workspace.trees.placeNew(path);
  const copy = folder.copy(workflow.id, folder.spoolAt(target) ?? "disk");
  if (options.truncate) {
    system.openSync(copy, { write: true, create: true }).close();
  } else {
    copyWhole(location, copy);
    keepTimes(copy, info);
  }
  const made = system.lstatSync(copy);
  if (made.uid !== info.uid || made.gid !== info.gid) changeOwner(copy, info);
  if (info.mode !== null && Deno.build.os !== "windows") {
    system.chmodSync(copy, info.mode & 0o7777);
  }
  let held: Held;
  try {
    held = opener.openNow(copy, options);
  } catch (error) {
    // Nobody has seen the copy, so everything is as it was.
    system.removeSync(copy);
    const named = namingGivenPath(error, copy, place);
    if (!isDenial(error)) throw named;
    return { type: "refused", location, error: named };
  }
  try {
    const before = options.truncate ? undefined : system.lstatSync(copy);
    const { append: appends } = options;
    const known = { before, appends };
    const names = linkedNames(workspace, path, info);
    const linked = names.finished.flatMap((name) => {
      const location = workspace.trees.placeNew(name, folder.spoolAt(target));
      if (isLinked(copy, location)) {
        return beginReplacing(workspace, name, location, known);
      }
      tellThatNamesPart(workspace, path);
      return [];
    });
    for (const name of names.unfinished) {
      if (!isRelinked(workspace, copy, workspace.trees.locate(name))) {
        tellThatNamesPart(workspace, path);
      }
    }
    const all = { ...known, linked };
    const writing = beginReplacing(workspace, path, target, all);
    system.renameSync(copy, target);
    workspace.trees.removeReplaced(path, target);
    workflow.refresh();
    const { file } = writing;
    if (file) workspace.readHandles.follow({ info, entry }, target, file);
    return { type: "begun", held, writing, location: target };
  } catch (error) {
    opener.close(held);
    throw error;
  }
}

/**
 * Reports that a file is replaced by one at `location`. Before its move, so that
 * no member takes the new file for the old one; with a handle, so that no member
 * commits it before it is written.
 */
function beginReplacing(
  workspace: Workspace,
  path: string,
  location: string,
  known: WritingOptions,
): Writing {
  const { workflow, folder } = workspace;
  const handle = workflow.newHandle();
  workflow.append({
    event: "make",
    path,
    kind: "file",
    replaces: true,
    // Without a copy of what was there.
    ...(!known.before && { anew: true }),
    handle,
    ...folder.spoolField(location),
  });
  return new Writing(workspace, handle, known);
}

/** Gives a second name to a file; returns whether the system could. */
function isLinked(file: string, name: string): boolean {
  try {
    system.linkSync(file, name);
    return true;
  } catch {
    // It lies in another file system, for instance.
    return false;
  }
}

/** Makes a name in a spool that of another file; returns whether it could. */
function isRelinked(
  { workflow, folder }: Workspace,
  file: string,
  name: string,
): boolean {
  const spool = folder.spoolAt(name);
  if (!spool) return false;
  const copy = folder.secondName(workflow.id, workflow.newHandle(), spool);
  if (!isLinked(file, copy)) return false;
  system.renameSync(copy, name);
  return true;
}

/** Leaves nothing of a copy for which there is no room. */
function copyWhole(location: string, copy: string): void {
  try {
    system.copyFileSync(location, copy);
  } catch (error) {
    ifPresent(() => system.removeSync(copy));
    throw error;
  }
}

/** Keeps the times of the original: an opening alone does not change a file. */
function keepTimes(copy: string, { atime, mtime }: Deno.FileInfo): void {
  if (!atime || !mtime) return;
  system.utimeSync(copy, atime, mtime);
}
