import { dirname } from "@std/path";
import {
  ifPresent,
  isAbsence,
  lstatIfPresent,
  makeLike,
  system,
  whileOpen,
} from "../platform/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Moves a committed entry from the spool into the real tree. */
export function moveIntoPlace(
  folder: WorkflowFolder,
  { kind, path }: WorkflowFile,
): void {
  try {
    if (kind === "directory") publishDirectory(folder, path);
    else if (kind === "symlink") move(folder, path);
    else moveFile(folder, path);
  } catch (error) {
    throw cannotPublish(error, path, folder.spool(path));
  }
}

/** What has been published from it may have made it before. */
function publishDirectory(folder: WorkflowFolder, path: string): void {
  folder.makeRealTwin(path);
  const twin = ifPresent(() => system.statSync(folder.spool(path)));
  if (twin) makeLike(folder.real(path), twin);
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
    // A directory that the program has closed still gives away what it holds.
    whileOpen(dirname(source), () => system.renameSync(source, target));
  } catch (error) {
    if (!isAbsence(error)) throw error;
    // A publisher died between the move and its report.
    if (!lstatIfPresent(source)) return;
    folder.makeRealTwin(dirname(path));
    whileOpen(dirname(source), () => system.renameSync(source, target));
  }
}

function cannotPublish(error: unknown, path: string, source: string): unknown {
  if (!(error instanceof Error)) return error;
  error.message =
    `Cannot publish "${path}", which stays in "${source}": ${error.message}`;
  return error;
}
