import { JournalFollower } from "../journal/mod.ts";
import { ifPresent, realDirectory } from "../platform/mod.ts";
import {
  isSetAside,
  type WorkflowFolder,
  workflowFolders,
} from "../workflow/mod.ts";

/**
 * Lists the workflows that have a run in a directory.
 *
 * @example Usage
 * ```ts no-eval
 * import { workflowNames, workflowStatus } from "@sluice/sluice/capio";
 *
 * for (const workflowName of workflowNames("data")) {
 *   console.log(workflowStatus("data", { workflowName })?.members.length);
 * }
 * ```
 *
 * @param capioDir The directory.
 * @returns Their names, in order, without runs of other machines.
 * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
 * @throws {CapioError} If what is under `.capio` is a link or another thing that
 * no member makes.
 */
export function workflowNames(capioDir: string): string[] {
  return workflowFolders(realDirectory(capioDir))
    .filter((folder) => !isSetAside(folder.name) && isOwn(folder))
    .map(({ workflowName }) => workflowName);
}

/** Tells whether there is a run of this machine, in a format that is known. */
function isOwn(folder: WorkflowFolder): boolean {
  if (!folder.isInUse) return false;
  using follower = ifPresent(() =>
    new JournalFollower(folder.journal, folder.capioDir)
  );
  return follower?.format.type === "own";
}
