import { realDirectory } from "../platform/mod.ts";
import { isSetAside, workflowFolders } from "../workflow/mod.ts";

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
 * @returns Their names, in order; for one whose run is not of this machine
 * {@linkcode workflowStatus} returns `undefined`.
 * @throws {Deno.errors.NotFound} If `capioDir` does not exist.
 * @throws {CapioError} If what is under `.capio` is a link or another thing that
 * no member makes.
 */
export function workflowNames(capioDir: string): string[] {
  return workflowFolders(realDirectory(capioDir))
    .filter((folder) => !isSetAside(folder.name) && folder.isInUse)
    .map(({ workflowName }) => workflowName);
}
