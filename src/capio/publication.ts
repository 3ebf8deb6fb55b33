import { dirname } from "@std/path";
import type { WorkflowFile } from "./journal/state.ts";
import { isAbsence, lstatIfPresent, system } from "./system.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Moves a committed entry from the spool into the real tree. */
export function moveIntoPlace(
  folder: WorkflowFolder,
  { kind, path }: WorkflowFile,
): void {
  const source = folder.spool(path);
  const target = folder.real(path);
  try {
    if (kind === "directory") system.mkdirSync(target, { recursive: true });
    else if (kind === "symlink") move(source, target);
    else moveFile(source, target);
  } catch (error) {
    throw cannotPublish(error, path, source);
  }
}

function moveFile(source: string, target: string): void {
  try {
    move(source, target);
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

function move(source: string, target: string): void {
  try {
    system.renameSync(source, target);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    // A publisher died between the move and its report.
    if (!lstatIfPresent(source)) return;
    system.mkdirSync(dirname(target), { recursive: true });
    system.renameSync(source, target);
  }
}

function cannotPublish(error: unknown, path: string, source: string): unknown {
  if (!(error instanceof Error)) return error;
  error.message =
    `Cannot publish "${path}", which stays in "${source}": ${error.message}`;
  return error;
}
