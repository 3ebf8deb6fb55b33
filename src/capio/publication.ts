import { dirname } from "@std/path";
import type { WorkflowFile } from "./journal/state.ts";
import { ifPresent, isAbsence, system } from "./system.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Moves a committed entry from the spool into the real tree. */
export function moveIntoPlace(
  folder: WorkflowFolder,
  { kind, path }: WorkflowFile,
): void {
  const target = folder.real(path);
  if (kind === "directory") {
    system.mkdirSync(target, { recursive: true });
    return;
  }
  const move = () => system.renameSync(folder.spool(path), target);
  try {
    move();
  } catch (error) {
    if (!isAbsence(error)) throw error;
    system.mkdirSync(dirname(target), { recursive: true });
    // Missing for good: a publisher died between the move and its report.
    ifPresent(move);
  }
}
