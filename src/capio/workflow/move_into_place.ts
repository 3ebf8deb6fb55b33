import { dirname } from "@std/path";
import {
  copyModeAndOwner,
  ifPresent,
  isAbsence,
  lstatIfPresent,
  system,
  withOwnerAccess,
} from "../platform/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Moves a committed entry from the spool into the real tree. */
export function moveIntoPlace(
  folder: WorkflowFolder,
  { kind, path }: WorkflowFile,
): void {
  try {
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

/** Its published entries may have made it before. */
function publishDirectory(folder: WorkflowFolder, path: string): void {
  folder.makeRealDirectory(path);
  const spooled = ifPresent(() => system.statSync(folder.spool(path)));
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
    // Under another name first, so that the file is whole when it appears.
    const copy = `${target}.published`;
    system.copyFileSync(source, copy);
    system.renameSync(copy, target);
    system.removeSync(source);
  }
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
