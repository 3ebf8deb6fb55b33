import { fold, JournalFollower, type WorkflowState } from "../journal/mod.ts";
import { FileLock } from "../platform/mod.ts";
import { moveIntoPlace } from "./move_into_place.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/**
 * Returns the run of a workflow that a process of `app` joins, `undefined` when
 * it begins one. A stale run, in which no member takes part any more, is cleared
 * first: its committed files are published, its unfinished ones are removed, and
 * a warning counts both.
 *
 * A run that still waits for `app` is not stale, whatever became of its members:
 * an app that comes late learns that a writer was lost and does not wait for it.
 * When `app` has taken part already, this is its next run.
 *
 * The caller holds the workflow's lock.
 */
export function presentRun(
  folder: WorkflowFolder,
  app: string,
): JournalFollower | undefined {
  if (!folder.isInUse) {
    // A process that was killed while it cleared up has left the rest.
    folder.empty();
    return undefined;
  }
  const run = new JournalFollower(folder.journal, folder.capioDir);
  const state = run.catchUp();
  const members = [...state.members.values()];
  const isAlive = members.some(({ id, ending }) =>
    !ending && FileLock.isHeld(folder.memberLock(id))
  );
  const isAwaited = state.engine.apps.includes(app) && !state.apps.has(app);
  if (isAlive || isAwaited) return run;
  try {
    clear(folder, state);
  } finally {
    run[Symbol.dispose]();
  }
  return undefined;
}

function clear(folder: WorkflowFolder, state: WorkflowState): void {
  endMembers(state);
  const published = [...state.unpublished.values()];
  const discarded = [...state.paths.values()]
    .filter(({ phase, kind }) => phase !== "committed" && kind === "file");
  for (const file of published) moveIntoPlace(folder, file);
  folder.empty();
  // Without such files there is nothing to tell about the members that died.
  if (published.length + discarded.length === 0) return;
  console.warn(
    `sluice: An earlier run of workflow "${folder.workflowName}" in "${folder.capioDir}" did not end properly: ` +
      `published ${count(published.length, "committed file")}, ` +
      `discarded ${count(discarded.length, "unfinished file")}`,
  );
}

/** Counts every member that has not ended as lost. */
function endMembers(state: WorkflowState): void {
  for (const { id, ending } of state.members.values()) {
    if (ending) continue;
    const stamp = { by: id, time: Date.now() };
    fold(state, { event: "end", member: id, ending: "lost", ...stamp });
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
