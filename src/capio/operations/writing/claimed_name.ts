import type { WorkflowFile } from "../../journal/mod.ts";
import type { Place, Workspace } from "../../overlay/mod.ts";
import type { Operation } from "../../platform/mod.ts";
import { nameReadiness } from "../../workflow/mod.ts";
import type { Begun } from "./beginning.ts";
import type { Opener } from "./opener.ts";

/**
 * Waits until it is certain that no other machine has made a file of the name
 * before, and returns that. Else the file is given up.
 */
export function* isFirst<Held>(
  workspace: Workspace,
  place: Place,
  { held, writing }: Begun<Held>,
  opener: Opener<Held>,
): Operation<boolean> {
  const { file } = writing;
  if (file?.claim === undefined) return true;
  let isFirst = false;
  try {
    isFirst = yield* isNamed(workspace, place, file);
  } finally {
    if (!isFirst) {
      writing.withdraw();
      opener.close(held);
    }
  }
  return isFirst;
}

/** The same for a file that the program does not hold open. */
export function* isNamed(
  workspace: Workspace,
  place: Place,
  file: WorkflowFile,
): Operation<boolean> {
  const decide = () => nameReadiness(file);
  yield* workspace.until(place, decide, undefined, { file });
  if (file.lostTo === undefined) return true;
  workspace.workflow.forgetConflict(file);
  return false;
}

/**
 * Returns the location of a file that certainly exists, where the system
 * refuses to create one. The file that is in the way may be gone by then.
 */
export function existingFile({ folder }: Workspace): string {
  return folder.real(folder.publicationLock);
}
