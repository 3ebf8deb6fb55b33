import { dirname } from "@std/path";
import {
  CapioError,
  copyModeAndOwner,
  ifPresent,
  isAbsence,
  lstatIfPresent,
  nameOfKind,
  parentOf,
  system,
  withOwnerAccess,
} from "../platform/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** The entry to publish. */
type Entry = Pick<WorkflowFile, "kind" | "path">;

/**
 * Moves a committed entry from the spool into the real tree.
 *
 * @throws {CapioError} If a link stands on the way, or an entry of another kind
 * in its place: nothing outside is touched.
 */
export function moveIntoPlace(folder: WorkflowFolder, entry: Entry): void {
  const { kind, path } = entry;
  try {
    checkPublication(folder, entry);
    switch (kind) {
      case "directory":
        return publishDirectory(folder, path);
      case "symlink":
        return move(folder, path);
      case "file":
        return moveFile(folder, path);
    }
  } catch (error) {
    throw cannotPublish(error, path, folder.spool(path));
  }
}

/**
 * Checks, directly before the publication of an entry, what it uses: the spool,
 * the directories on the way in both trees, and the entry itself. Links that
 * programs have made are published as links and never followed.
 *
 * @throws {CapioError} If the entry is not to be published.
 */
export function checkPublication(
  folder: WorkflowFolder,
  { kind, path }: Entry,
): void {
  // The directory itself gets a mode; anything else is renamed as it is.
  folder.checkWays(kind === "directory" ? path : parentOf(path));
  if (kind === "directory") return;
  const source = folder.spool(path);
  const info = lstatIfPresent(source);
  if (!info || info.isSymlink === (kind === "symlink") && !info.isDirectory) {
    return;
  }
  throw new CapioError(
    "UNTRUSTED",
    `"${source}" must be ${
      kind === "symlink" ? "a symbolic link" : "a file"
    }, found ${nameOfKind(info)}`,
  );
}

/** Its published entries may have made it before. */
function publishDirectory(folder: WorkflowFolder, path: string): void {
  folder.makeRealDirectory(path);
  const spooled = lstatIfPresent(folder.spool(path));
  if (spooled) copyModeAndOwner(folder.real(path), spooled);
}

function moveFile(folder: WorkflowFolder, path: string): void {
  const source = folder.spool(path);
  const target = folder.real(path);
  try {
    move(folder, path);
  } catch (error) {
    const isOtherDisk = error instanceof Error && "code" in error &&
      error.code === "EXDEV";
    if (!isOtherDisk) throw error;
    copyIntoPlace(source, target);
  }
}

/** Copies a file beside its place first, so that it is whole when it appears. */
function copyIntoPlace(source: string, target: string): void {
  const copy = `${target}.${crypto.randomUUID().slice(0, 8)}.published`;
  const info = system.lstatSync(source);
  // Nothing but a file is opened, and nothing is written through a link.
  if (!info.isFile || lstatIfPresent(copy)) {
    throw new CapioError(
      "UNTRUSTED",
      `"${source}" must be a file to be copied to another file system, found ${
        nameOfKind(info)
      }`,
    );
  }
  try {
    system.copyFileSync(source, copy);
    system.renameSync(copy, target);
  } catch (error) {
    ifPresent(() => system.removeSync(copy));
    throw error;
  }
  system.removeSync(source);
}

function move(folder: WorkflowFolder, path: string): void {
  const source = folder.spool(path);
  const target = folder.real(path);
  try {
    // Entries leave even a directory whose mode the program made read-only.
    withOwnerAccess(dirname(source), () => system.renameSync(source, target));
  } catch (error) {
    if (!isAbsence(error)) throw error;
    // A publisher died between the move and its report.
    if (!lstatIfPresent(source)) return;
    folder.makeRealDirectory(dirname(path));
    withOwnerAccess(dirname(source), () => system.renameSync(source, target));
  }
}

function cannotPublish(error: unknown, path: string, source: string): unknown {
  if (!(error instanceof Error)) return error;
  error.message =
    `Cannot publish "${path}", which stays in "${source}": ${error.message}`;
  return error;
}
