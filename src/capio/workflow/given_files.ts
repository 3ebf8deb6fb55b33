import { isEntryPath, lookIfPermitted } from "../platform/mod.ts";
import type { MemberJournal } from "./member_journal.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/**
 * Reports the real files that commit rules depend on and that no app produces:
 * they are finished as they are.
 */
export function reportGivenFiles(
  folder: WorkflowFolder,
  journal: MemberJournal,
): void {
  const { engine, paths, given } = journal.state;
  for (const path of engine.dependencies) {
    if (given.has(path) || paths.has(path)) continue;
    // No journal may say anything of such a path, which rules can name.
    if (path !== "" && !isEntryPath(path)) continue;
    if (engine.producers(path).length > 0) continue;
    if (lookIfPermitted(folder.real(path))) {
      journal.append({ event: "given", path });
    }
  }
}
