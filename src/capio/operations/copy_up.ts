import { type Place, type Workspace, Writing } from "../overlay/mod.ts";
import { changeOwner, isDenial, system } from "../platform/mod.ts";
import { namingGivenPath } from "./at_location.ts";
import type { Beginning } from "./beginning.ts";
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
  const target = workspace.placeNew(path);
  const copy = folder.copy(workflow.id, folder.spoolAt(target) ?? "disk");
  if (options.truncate) {
    system.openSync(copy, { write: true, create: true }).close();
  } else {
    system.copyFileSync(location, copy);
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
    const handle = workflow.newHandle();
    // Before the move, so that no member takes the new file for the old one.
    // With the handle, so that no member commits it before it is written.
    workflow.append({
      event: "make",
      path,
      kind: "file",
      replaces: true,
      handle,
      ...folder.spoolField(target),
    });
    const { append: appends } = options;
    const writing = new Writing(workspace, handle, { before, appends });
    system.renameSync(copy, target);
    workspace.removeReplaced(path, target);
    workflow.refresh();
    const { file } = writing;
    if (file) workspace.readHandles.follow(info, target, file);
    return { type: "begun", held, writing, location: target };
  } catch (error) {
    opener.close(held);
    throw error;
  }
}

/** Keeps the times of the original: an opening alone does not change a file. */
function keepTimes(copy: string, { atime, mtime }: Deno.FileInfo): void {
  if (!atime || !mtime) return;
  system.utimeSync(copy, atime, mtime);
}
