import { JournalFollower, type WorkflowFile } from "../journal/mod.ts";
import {
  CapioError,
  lstatIfPresent,
  nameOfKind,
  realDirectory,
  system,
} from "../platform/mod.ts";
import {
  checkPublication,
  endMembers,
  hasMembers,
  isSetAside,
  moveIntoPlace,
  spoolOf,
  type WorkflowFolder,
  workflowFolders,
} from "../workflow/mod.ts";

/** Options for {@linkcode setAsideRuns}. */
export interface SetAsideRunsOptions {
  /**
   * The name of the workflow whose runs are meant; those of all workflows when
   * it is missing.
   */
  workflowName?: string;
  /**
   * The `memoryDir` of the runs. Without it, or when it is empty, their files in
   * memory are refused.
   *
   * @default {""}
   */
  memoryDir?: string | URL;
}

/** Options for {@linkcode publishSetAsideRun}. */
export interface PublishSetAsideRunOptions
  extends Pick<SetAsideRunsOptions, "memoryDir"> {
  /**
   * With `"group"`, the group of the directory shares the workflow.
   *
   * @default {undefined}
   */
  shared?: "group";
  /** Ends the wait for a process that joins or leaves at the same time. */
  signal?: AbortSignal;
}

/** A finished file of a {@linkcode SetAsideRun}, or a directory or link. */
export interface SetAsideEntry {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  /** The kind of the entry. */
  readonly kind: "file" | "directory" | "symlink";
  /** Set when it lies in the `memoryDir` of the run. */
  readonly isInMemory?: true;
  /** The size of a file in bytes, the target of a symbolic link. */
  readonly content?: number | string;
  /** What its publication replaces: the kind, and the size of a file in bytes. */
  readonly replaces?: { readonly kind: string; readonly size: number };
  /** The reason for which it is not published. */
  readonly refused?: string;
}

/** A run that was set aside, or that the next run is going to set aside. */
export interface SetAsideRun {
  /** The name of its folder under `.capio`. */
  readonly name: string;
  /** The name of its workflow. */
  readonly workflowName: string;
  /** The absolute path of its folder. */
  readonly folder: string;
  /** What its journal says is finished, and is still in its spool. */
  readonly entries: readonly SetAsideEntry[];
  /** The files that were not finished: they are not published. */
  readonly unfinished: readonly string[];
  /** The reason for which the run cannot be read. */
  readonly refused?: string;
}

/**
 * Lists the runs under `.capio` that this machine has not begun, or that could
 * not be published, and what each would publish. Nothing is changed.
 *
 * @example Usage
 * ```ts no-eval
 * import { setAsideRuns } from "@sluice/sluice/capio";
 *
 * for (const { name, entries } of setAsideRuns("data")) {
 *   console.log(name, entries.map(({ path }) => path));
 * }
 * ```
 *
 * @param capioDir The workflow's directory.
 * @param options The workflow.
 * @throws {CapioError} If `.capio` is a link, or anything but a directory.
 */
export function setAsideRuns(
  capioDir: string,
  { workflowName, memoryDir }: SetAsideRunsOptions = {},
): SetAsideRun[] {
  const directory = realDirectory(capioDir);
  return workflowFolders(directory, { memoryDir })
    .filter((folder) =>
      workflowName === undefined || folder.workflowName === workflowName
    )
    .map(readRun).filter((run) => run !== undefined);
}

/**
 * Publishes what {@linkcode setAsideRuns} shows for a run, and removes the run
 * with its unfinished files. When an entry is refused, the others are published
 * and the run stays.
 *
 * @example Usage
 * ```ts no-eval
 * import { publishSetAsideRun, setAsideRuns } from "@sluice/sluice/capio";
 *
 * const [run] = setAsideRuns("data");
 * const { entries } = await publishSetAsideRun("data", run.name);
 * console.log(entries.filter(({ refused }) => refused !== undefined));
 * ```
 *
 * @param capioDir The workflow's directory.
 * @param name The name of the run's folder.
 * @param options Whether the workflow is shared.
 * @returns The run, with what was published and what was refused.
 * @throws {RangeError} If there is no such run.
 * @throws {CapioError} If the run goes on, cannot be read, or is not to be
 * trusted.
 */
export async function publishSetAsideRun(
  capioDir: string,
  name: string,
  options: PublishSetAsideRunOptions = {},
): Promise<SetAsideRun> {
  const directory = realDirectory(capioDir);
  const folder = workflowFolders(directory, options).find((it) =>
    it.name === name
  );
  if (!folder) throw noRun(name);
  const { signal } = options;
  using _ = await folder.lockWhenFree("sluice recover", { signal });
  folder.checkDirectories();
  const run = readRun(folder);
  if (!run) throw noRun(name);
  if (run.refused) throw new CapioError("UNKNOWN_FORMAT", run.refused);
  if (hasMembers(folder)) {
    throw new CapioError(
      "IN_USE",
      `Cannot publish the run "${name}": processes take part in it, wait until they have ended`,
    );
  }
  const entries = run.entries.map((entry) => publishEntry(folder, entry));
  if (!entries.some(({ refused }) => refused !== undefined)) folder.remove();
  else if (isSetAside(name)) folder.removeLock();
  return { ...run, entries };
}

function publishEntry(
  folder: WorkflowFolder,
  entry: SetAsideEntry,
): SetAsideEntry {
  if (entry.refused !== undefined) return entry;
  try {
    moveIntoPlace(folder, entry);
    return entry;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...entry, refused: error.message };
  }
}

function noRun(name: string): RangeError {
  return new RangeError(
    `"name" must be that of a run that was set aside, found "${name}"`,
  );
}

/** Reads a run; `undefined` when it is one of this machine, and in its place. */
function readRun(folder: WorkflowFolder): SetAsideRun | undefined {
  const { name, workflowName, base, capioDir, journal } = folder;
  const run = { name, workflowName, folder: base, entries: [], unfinished: [] };
  let follower: JournalFollower;
  try {
    if (!folder.isInUse) return isSetAside(name) ? run : undefined;
    follower = new JournalFollower(journal, capioDir, folder.check);
  } catch (error) {
    if (!(error instanceof CapioError)) throw error;
    return { ...run, refused: error.message };
  }
  using _ = follower;
  const { format } = follower;
  if (format.type === "own" && !isSetAside(name)) return undefined;
  if (format.type === "unknown") {
    const refused =
      `Its journal must have format 1, found ${format.format}: use the version of sluice that has written it`;
    return { ...run, refused };
  }
  const state = follower.catchUp();
  endMembers(state);
  return {
    ...run,
    entries: [...state.unpublished.values()]
      .map((file) => describeEntry(folder, file))
      .filter((entry) => entry !== undefined),
    unfinished: [...state.paths.values()]
      .filter(({ phase, kind }) => phase !== "committed" && kind === "file")
      .map(({ path }) => path),
  };
}

/** Describes an entry; `undefined` when the spool does not have it any more. */
function describeEntry(
  folder: WorkflowFolder,
  { path, kind, isInMemory }: WorkflowFile,
): SetAsideEntry | undefined {
  const entry = { path, kind, ...(isInMemory && { isInMemory }) };
  if (isInMemory && !folder.memory) {
    const refused =
      "it lies in the memoryDir of its run, which has to be named (--memory-dir)";
    return { ...entry, refused };
  }
  try {
    checkPublication(folder, entry);
    const location = folder.spool(path, spoolOf(entry));
    const source = lstatIfPresent(location);
    if (!source) return undefined;
    const target = lstatIfPresent(folder.real(path));
    const isInWay = target?.isDirectory && kind !== "directory";
    return {
      ...entry,
      ...(kind === "file" && { content: source.size }),
      ...(kind === "symlink" && {
        content: system.readLinkSync(location),
      }),
      ...(target && {
        replaces: { kind: nameOfKind(target), size: target.size },
      }),
      ...(isInWay && {
        refused: `"${folder.real(path)}" is a directory, remove it first`,
      }),
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...entry, refused: error.message };
  }
}
