import { isOver } from "./journal/commit.ts";
import { fold, initialState } from "./journal/fold.ts";
import { JournalReader } from "./journal/journal.ts";
import type { WorkflowState } from "./journal/state.ts";
import { FileLock } from "./lock.ts";
import { moveIntoPlace } from "./publication.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/**
 * Clears up after an earlier run that nobody takes part in any more, and says
 * what it found. Committed files go where they belong; unfinished ones go.
 *
 * A run that waits for apps which have not come yet is not an earlier one,
 * unless `app` has been there already: then this is its next run.
 *
 * The caller holds the workflow's lock.
 */
export function clearRemains(folder: WorkflowFolder, app: string): void {
  if (!folder.isInUse) return;
  const state = readState(folder);
  const alive = [...state.members.values()].some(({ id, ending }) =>
    !ending && FileLock.isHeld(folder.memberLock(id))
  );
  if (alive) return;
  const crashed = endEveryone(state);
  if (!crashed && !isOver(state) && !state.apps.has(app)) return;

  const published = [...state.unpublished.values()];
  const discarded = [...state.paths.values()]
    .filter(({ phase, kind }) => phase === "lost" && kind === "file");
  for (const file of published) moveIntoPlace(folder, file);
  folder.empty();
  if (!crashed) return;
  console.warn(
    `sluice: An earlier run of workflow "${folder.workflowName}" in "${folder.capioDir}" did not end properly: ` +
      `published ${count(published.length, "committed file")}, ` +
      `discarded ${count(discarded.length, "unfinished file")}`,
  );
}

/** The state of a workflow, read without taking part. */
export function readState(folder: WorkflowFolder): WorkflowState {
  using journal = new JournalReader(folder.journal);
  let state = initialState(folder.capioDir);
  for (const event of journal.read()) state = fold(state, event);
  return state;
}

/** Counts everyone who has not ended as lost; says whether there was anyone. */
function endEveryone(state: WorkflowState): boolean {
  let found = false;
  for (const { id, ending } of state.members.values()) {
    if (ending) continue;
    found = true;
    fold(state, {
      event: "end",
      by: id,
      time: Date.now(),
      member: id,
      ending: "lost",
    });
  }
  return found;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
