import { terminalText } from "../../internal/mod.ts";
import {
  fold,
  JournalFollower,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  CapioError,
  FileLock,
  lstatIfPresent,
  wallClock,
} from "../platform/mod.ts";
import { moveIntoPlace } from "./move_into_place.ts";
import { setAside } from "./set_aside.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/**
 * Returns the run of a workflow that a process of `app` joins, on the machine that
 * it names in a workflow on several ones, `undefined` when
 * it begins one. A stale run, in which no member takes part any more, is cleared
 * first: its committed files are published, its unfinished ones are removed, and
 * a warning counts both.
 *
 * A run that still waits for `app` is not stale, whatever became of its members:
 * an app that comes late learns that a writer was lost and does not wait for it.
 * When `app` has taken part already, this is its next run.
 *
 * A run that this machine has not begun is set aside, and so is a stale run of
 * which not all may be published.
 *
 * The caller holds the workflow's lock.
 *
 * @throws {CapioError} If the run has a format of another version, or is not to
 * be trusted.
 */
export function presentRun(
  folder: WorkflowFolder,
  app: string,
  machine?: string,
): JournalFollower | undefined {
  if (!folder.isInUse) {
    // A process that was killed while it cleared up has left the rest.
    folder.empty();
    return undefined;
  }
  const run = openRun(folder);
  if (!run) return undefined;
  const state = run.catchUp();
  const members = [...state.members.values()];
  const isAlive = members.some(({ id, ending }) =>
    !ending && FileLock.isHeld(folder.memberLock(id))
  );
  // A run of several machines ends with its agent, unless one has taken over.
  const isAwaited = state.engine.apps.includes(app) && !state.apps.has(app) &&
    state.machine === undefined && !isMemoryGone(folder, state);
  // It has just seen the agent, which somebody is going to start again.
  const hasSeenAgent = machine !== undefined && state.machine === machine;
  if (isAlive || isAwaited || hasSeenAgent) return run;
  try {
    clearRun(folder, state);
  } finally {
    run[Symbol.dispose]();
  }
  return undefined;
}

/** Opens the journal of a run of this machine, and sets any other run aside. */
export function openRun(folder: WorkflowFolder): JournalFollower | undefined {
  const { journal, capioDir, check } = folder;
  const run = new JournalFollower(journal, capioDir, check);
  try {
    const { format } = run;
    switch (format.type) {
      case "own":
        folder.checkDirectories();
        return run;
      case "foreign":
        setAside(
          folder,
          `The run in "${folder.base}" was not begun on this machine by this version: it was copied, unpacked or planted, or is of version 0.2`,
        );
        break;
      case "unknown":
        throw unknownFormat(journal, format.format);
    }
  } catch (error) {
    run[Symbol.dispose]();
    throw error;
  }
  run[Symbol.dispose]();
  return undefined;
}

/** Refuses a journal of another version. */
export function unknownFormat(journal: string, format: number): CapioError {
  return new CapioError(
    "UNKNOWN_FORMAT",
    `Cannot read the journal "${journal}": it must have format 1, found ${format}. Use the version of sluice that has written it, or another workflow name`,
  );
}

/**
 * Returns whether the memory of a run is empty by now, as after a restart of the
 * machine. Another file system at the same path may have the same numbers.
 */
function isMemoryGone(
  { memory }: WorkflowFolder,
  state: WorkflowState,
): boolean {
  if (!memory || state.memory?.dir !== memory.memoryDir) return false;
  return state.memory.id !== memory.id || !lstatIfPresent(memory.base);
}

/** Publishes what a stale run has finished, and removes the rest. */
export function clearRun(folder: WorkflowFolder, state: WorkflowState): void {
  endMembers(state);
  const unpublished = [...state.unpublished.values()]
    .filter((file) => !isPublished(folder, file));
  refuseOtherMemory(folder, state, unpublished);
  const gone = unpublished.filter((file) =>
    file.isInMemory && !lstatIfPresent(folder.spool(file.path, "memory")) &&
    (isMemoryGone(folder, state) || !lstatIfPresent(folder.real(file.path)))
  );
  const committed = unpublished.filter((file) => !gone.includes(file));
  const discarded = [...state.paths.values()].filter(({ phase, kind, home }) =>
    phase !== "committed" && kind === "file" && !home
  );
  let refusal: CapioError | undefined;
  for (const file of committed) {
    try {
      moveIntoPlace(folder, file);
    } catch (error) {
      if (!(error instanceof CapioError)) throw error;
      refusal ??= error;
    }
  }
  const run =
    `An earlier run of workflow "${folder.workflowName}" in "${folder.capioDir}" did not end properly`;
  if (refusal) {
    const kept = "What else was finished is published, nothing is removed";
    return setAside(folder, `${run}. ${refusal.message}`, kept);
  }
  folder.empty();
  if (gone.length > 0) {
    const names = gone.map(({ path }) => `"${path}"`).join(", ");
    console.warn(
      `sluice: Finished files of an earlier run of workflow "${folder.workflowName}" were gone from its memoryDir before they were published: ${
        terminalText(names)
      }`,
    );
  }
  // Without such files there is nothing to tell about the members that died.
  if (committed.length + discarded.length === 0) return;
  console.warn(
    `sluice: ${run}: published ${count(committed.length, "committed file")}, ` +
      `discarded ${count(discarded.length, "unfinished file")}`,
  );
}

/** Tells whether a file was moved by a member that died before its next event. */
function isPublished(
  folder: WorkflowFolder,
  file: WorkflowFile,
): boolean {
  const { kind, path, isInMemory } = file;
  return kind === "file" && !isInMemory &&
    !lstatIfPresent(folder.spool(path, "disk")) &&
    lstatIfPresent(folder.real(path))?.isFile === true;
}

/**
 * Refuses to clear a run whose finished files lie in a memoryDir that this
 * process has not been given: they would be lost. What a journal names is only
 * told, never used.
 *
 * @throws {CapioError} If there are such files.
 */
function refuseOtherMemory(
  { memory, workflowName, capioDir }: WorkflowFolder,
  state: WorkflowState,
  unpublished: readonly WorkflowFile[],
): void {
  if (!state.memory || state.memory.id === memory?.id) return;
  if (state.memory.dir === memory?.memoryDir) return;
  const dir = terminalText(state.memory.dir);
  const kept = unpublished.filter(({ isInMemory }) => isInMemory).length;
  if (kept > 0) {
    throw new CapioError(
      "INVALID_CONFIGURATION",
      `Cannot begin a run of workflow "${workflowName}" in "${capioDir}": an earlier one has left ${
        count(kept, "finished file")
      } in its memoryDir "${dir}". Run a step with that memoryDir, which publishes what is there`,
    );
  }
  console.warn(
    `sluice: What an earlier run of workflow "${workflowName}" has left in its memoryDir "${dir}" stays there until a run with that memoryDir begins`,
  );
}

/** Counts every member of this machine that has not ended as lost. */
export function endMembers(state: WorkflowState): void {
  for (const { id, ending, machine } of state.members.values()) {
    if (ending || machine !== undefined) continue;
    const stamp = { by: id, time: wallClock() };
    fold(state, { event: "end", member: id, ending: "lost", ...stamp });
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
