import {
  type CheckedBy,
  deadlockedWaits,
  isInSpool,
  isSizedReadingOver,
  type Member,
  readersIn,
  type SizedReading,
  type StaleRead,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { lstatIfPresent, parentOf } from "../platform/mod.ts";
import {
  missingForCommit,
  spoolOf,
  type WorkflowFolder,
} from "../workflow/mod.ts";
import { describeMachines, type MachineStatus } from "./machine_status.ts";

/** A member: a process, or one context of it, in a {@linkcode WorkflowStatus}. */
export interface MemberStatus {
  /** The member's id, unique for all time. */
  readonly id: string;
  /** The name of its step in CAPIO-CL. */
  readonly app: string;
  /** The machine that it runs on, if that is another one. */
  readonly machine?: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** When it joined, Unix time in milliseconds. */
  readonly joined: number;
  /** `running`, or how it ended. */
  readonly state: "running" | "left" | "failed" | "lost";
  /** When it ended, or was found to have ended, Unix time in milliseconds. */
  readonly ended?: number;
  /** Why it failed, if it has said so. */
  readonly why?: string;
}

/** A member that holds a file open for writing, in a {@linkcode FileStatus}. */
export interface HolderStatus {
  /** The member's app. */
  readonly app: string;
  /** The machine that it runs on, if that is another one. */
  readonly machine?: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** When it opened the file, Unix time in milliseconds. */
  readonly since: number;
}

/** A file in a {@linkcode WorkflowStatus}. */
export interface FileStatus {
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** `open` until it is `committed`, or `lost` with its writer. */
  readonly phase: "open" | "committed" | "lost";
  /**
   * Bytes written so far; 0 when `sizeUnknown` is set. Of a file of another
   * machine, bytes that are here until its home has committed it.
   */
  readonly size: number;
  /**
   * The machine on which it is written and stays, if the workflow runs on several
   * machines.
   */
  readonly home?: string;
  /** Bytes of it that are here, if its home is another machine. */
  readonly sizeHere?: number;
  /**
   * Set for a file in memory when the one who looks was not given the
   * `memoryDir` of the workflow.
   */
  readonly sizeUnknown?: true;
  /** Set when it lies in the `memoryDir`, which a permanent file leaves. */
  readonly inMemory?: true;
  /** The apps that have written to it. */
  readonly writers: readonly string[];
  /** The other apps that have read it, wholly or in part, if any. */
  readonly readers?: readonly string[];
  /** The handles open for writing, if any: the file is not committed before. */
  readonly holders?: readonly HolderStatus[];
  /** When it was created, Unix time in milliseconds. */
  readonly created: number;
  /** When it was committed or lost, Unix time in milliseconds. */
  readonly ended?: number;
  /** The event that commits it. */
  readonly missing?: string;
  /**
   * Set when it began with what a file of its name held, because it was opened
   * without `truncate`: readers get that at once.
   */
  readonly isCopy?: true;
  /** Why its writer gave it up, if it is lost and the writer has said so. */
  readonly lostWhy?: string;
  /** Set when it vanishes with the workflow, because it is not permanent. */
  readonly notKept?: true;
}

/** The progress of a member reading a file, in a {@linkcode WorkflowStatus}. */
export interface ReadingStatus {
  /** The app of the reader. */
  readonly app: string;
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** When it read the first byte, Unix time in milliseconds. */
  readonly first: number;
  /** When it last reported, Unix time in milliseconds. */
  readonly latest: number;
  /** Bytes read by then. */
  readonly bytes: number;
}

/** A wait of a member, in a {@linkcode WorkflowStatus}. */
export interface WaitStatus {
  /** The app of the member that waits. */
  readonly app: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** The file or directory, relative to `capioDir`. */
  readonly path: string;
  /** The event that ends the wait. */
  readonly why: string;
  /** When the wait was first reported, Unix time in milliseconds. */
  readonly since: number;
}

/**
 * A file that one member changed after another one had read from it, in a
 * {@linkcode WorkflowStatus}.
 */
export interface RewriteStatus {
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** The app of the member that read it. */
  readonly reader: string;
  /** The app of the member that changed it. */
  readonly writer: string;
  /**
   * How it was changed: opened for writing again after its commit, replaced by
   * another file of that name, overwritten in part before its commit, removed or
   * renamed, or written from its beginning although the `reader`, which comes
   * later, had written to it.
   */
  readonly kind:
    | "reopened"
    | "replaced"
    | "overwritten"
    | "removed"
    | "undone";
}

/**
 * A member read a real file before another member wrote it, or found nothing
 * before another member made it, in a {@linkcode WorkflowStatus}. One after the
 * other, the steps would have read something else.
 */
export interface StaleReadStatus {
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** The app of the member that read it, or looked for it. */
  readonly reader: string;
  /** The app of the member that wrote it afterwards. */
  readonly writer: string;
  /**
   * What the reader did: it read the real file, found nothing, asked for its size
   * or its times, or listed its directory. The last two may not matter to it.
   */
  readonly kind: "read" | "missed" | "asked" | "listed";
}

/**
 * A member was told a size and did not read the file to its end, which has grown
 * since, in a {@linkcode WorkflowStatus}.
 */
export interface SizedReadingStatus {
  /** The app of the member. */
  readonly app: string;
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** The size that the member was told, in bytes. */
  readonly told: number;
  /** The size that the file has now, in bytes. */
  readonly size: number;
  /** How far the member has read the file, if it has opened it. */
  readonly readTo?: number;
}

/**
 * What a run has forgotten, in a {@linkcode WorkflowStatus}: when its journal has
 * grown, it goes on without what nobody can ask for again.
 */
export interface ForgottenStatus {
  /** Members that have ended; the latest one of each app is still there. */
  readonly members: number;
  /** The oldest `staleReads`. */
  readonly staleReads: number;
  /** The oldest `rewrites`. */
  readonly rewrites: number;
}

/** The status of a workflow at one moment. */
export interface WorkflowStatus {
  /** The directory, all symbolic links resolved. */
  readonly capioDir: string;
  /** The name of the workflow. */
  readonly workflowName: string;
  /** The directory of its files in memory, as its first member named it. */
  readonly memoryDir?: string;
  /** The machines, by name, if it runs on several. */
  readonly machines?: readonly MachineStatus[];
  /** The present and former members, without those that were forgotten. */
  readonly members: readonly MemberStatus[];
  /** The files that they have written. */
  readonly files: readonly FileStatus[];
  /**
   * The files that they have read while these were written. Those of removed files
   * are forgotten.
   */
  readonly readings: readonly ReadingStatus[];
  /** The waits that have become long. */
  readonly waits: readonly WaitStatus[];
  /** The files that were changed after they were read. */
  readonly rewrites: readonly RewriteStatus[];
  /**
   * Lines of the journal that were passed over: they were cut short, or no
   * member of the workflow can have written them.
   */
  readonly passedOver: number;
  /**
   * How the run tells its own files under `.capio` from those that others have
   * planted: by their `owner` (or `group`, with `shared`) and mode, or by their
   * `kind` alone where the file system keeps no owners or modes.
   */
  readonly checkedBy: "owner" | "group" | "kind";
  /** The files that were read, or looked for, before they were written. */
  readonly staleReads: readonly StaleReadStatus[];
  /** The members that went by the size of a file that has grown since. */
  readonly sizedReadings: readonly SizedReadingStatus[];
  /** How much of this was forgotten, if any. */
  readonly forgotten?: ForgottenStatus;
}

/** The sizes of finished files in their places, which no member changes again. */
export type FinalSizes = WeakMap<WorkflowFile, number>;

/**
 * Converts the state to the public status.
 *
 * @param finalSizes The sizes that earlier looks have found, to which this one
 * adds.
 */
export function describe(
  state: WorkflowState,
  folder: WorkflowFolder,
  checkedBy: CheckedBy,
  finalSizes: FinalSizes = new WeakMap(),
): WorkflowStatus {
  const sizeOf = presentSizes(state, folder, finalSizes);
  const appOf = (id: string) => state.members.get(id)?.app ?? id;
  const stuck = new Set(deadlockedWaits(state));
  const readersOf = readersIn(state);
  const machines = describeMachines(state);
  return {
    capioDir: folder.capioDir,
    workflowName: folder.workflowName,
    ...(state.memory && { memoryDir: state.memory.dir }),
    ...(machines && { machines }),
    members: [...state.members.values()]
      .filter(({ isAgent }) => !isAgent).map(describeMember),
    files: [...state.paths.values()]
      .filter(({ kind }) => kind === "file")
      .map((file) => describeFile(state, sizeOf, file, readersOf(file))),
    readings: [...state.readings.values()].map(({ member, ...reading }) => ({
      app: appOf(member),
      ...reading,
    })),
    waits: [...state.waits.values()].map((waiting) => {
      const { member, path, why, since } = waiting;
      return {
        app: appOf(member),
        pid: state.members.get(member)?.pid ?? 0,
        path,
        why: stuck.has(waiting)
          ? `${why}, and waits in turn`
          : missingSpace(state, path) ?? why,
        since,
      };
    }),
    rewrites: [...state.rewrites.values()].map(({ path, kind, ...ids }) => ({
      path,
      reader: appOf(ids.reader),
      writer: appOf(ids.writer),
      kind,
    })),
    passedOver: state.passedOver,
    checkedBy,
    staleReads: state.staleReads.map((read) => ({
      path: read.path,
      reader: appOf(read.reader),
      writer: appOf(read.writer),
      kind: kindOf(read),
    })),
    sizedReadings: describeSizedReadings(state, sizeOf),
    ...describeForgotten(state),
  };
}

function describeMember(
  { id, app, machine, pid, joined, ending, ended, why }: Member,
): MemberStatus {
  return {
    id,
    app,
    ...(machine !== undefined && { machine }),
    pid,
    joined,
    state: ending ?? "running",
    ...(ended !== undefined && { ended }),
    ...(why !== undefined && { why }),
  };
}

function describeForgotten(
  { forgotten: { members, staleReads, rewrites } }: WorkflowState,
): Pick<WorkflowStatus, "forgotten"> {
  if (members + staleReads + rewrites === 0) return {};
  return { forgotten: { members, staleReads, rewrites } };
}

function kindOf(
  { isMiss, isQuestion, isListing }: StaleRead,
): StaleReadStatus["kind"] {
  if (isMiss) return "missed";
  if (isQuestion) return "asked";
  return isListing ? "listed" : "read";
}

function describeSizedReadings(
  state: WorkflowState,
  sizeOf: SizeOf,
): SizedReadingStatus[] {
  const isOf = (reading: SizedReading) =>
    !reading.ifLost || isSizedReadingOver(state, reading);
  return state.sizedReadings.filter(isOf).map((reading) => {
    const { member, path, file, told, size = 0, readTo } = reading;
    const present = state.paths.get(path);
    const now = present?.number === file ? sizeOf(present) : 0;
    const app = state.members.get(member)?.app ?? member;
    return { app, path, told, size: Math.max(size, now ?? 0), readTo };
  }).filter(({ told, size, readTo = 0 }) => size > Math.max(told, readTo));
}

function describeFile(
  state: WorkflowState,
  sizeOf: SizeOf,
  file: WorkflowFile,
  readers: readonly string[],
): FileStatus {
  const { path, phase, created, ended } = file;
  const apps = [...file.writers].map((id) => state.members.get(id)?.app ?? id);
  const inMemory = file.isInMemory && isInSpool(state, file);
  const here = sizeOf(file);
  const atHome = file.committedAtHome?.size;
  const size = atHome ?? here;
  return {
    path,
    phase,
    size: size ?? 0,
    ...(size === undefined && { sizeUnknown: true }),
    ...(state.machine !== undefined && {
      home: file.home?.machine ?? state.machine,
    }),
    ...(file.home && here !== undefined && { sizeHere: here }),
    ...(inMemory && { inMemory: true }),
    writers: [...new Set(apps)],
    ...(readers.length > 0 && { readers }),
    ...(file.holders.length > 0 && { holders: holdersOf(state, file) }),
    created,
    ...(ended !== undefined && { ended }),
    ...(phase === "open" && { missing: missingForCommit(state, file, here) }),
    ...(file.isCopy && { isCopy: true }),
    ...(phase === "lost" && file.lostWhy !== undefined && {
      lostWhy: file.lostWhy,
    }),
    ...(!file.isInPlace && !state.engine.isPermanent(path) &&
      { notKept: true }),
  };
}

/** The reason of a wait that began before the disk was full. */
function missingSpace(state: WorkflowState, path: string): string | undefined {
  const file = state.paths.get(path);
  return file?.phase === "open" && file.noSpace
    ? missingForCommit(state, file)
    : undefined;
}

function holdersOf(
  { members }: WorkflowState,
  { holders }: WorkflowFile,
): HolderStatus[] {
  return holders.map(({ member, since }) => {
    const { app = member, machine, pid = 0 } = members.get(member) ?? {};
    return { app, ...(machine !== undefined && { machine }), pid, since };
  });
}

/** The size is `undefined` for a file in a memory that is not known here. */
type SizeOf = (file: WorkflowFile) => number | undefined;

/** Returns what tells the sizes of files at this moment, following no links. */
function presentSizes(
  state: WorkflowState,
  folder: WorkflowFolder,
  finalSizes: FinalSizes,
): SizeOf {
  const known = new Map<string, boolean>();
  const isDirectory = (
    directory: string,
    tree: (path: string) => string,
  ): boolean => {
    if (directory === "") return true;
    const location = tree(directory);
    const answer = known.get(location);
    if (answer !== undefined) return answer;
    const is = isDirectory(parentOf(directory), tree) &&
      (look(location)?.isDirectory ?? false);
    known.set(location, is);
    return is;
  };
  return (file) => {
    const final = finalSizes.get(file);
    if (final !== undefined) return final;
    const { path } = file;
    const isSpooled = isInSpool(state, file);
    const isKnown = state.memory?.id === folder.memory?.id;
    if (isSpooled && file.isInMemory && !isKnown) return undefined;
    const lookIn = (tree: (path: string) => string) =>
      isDirectory(parentOf(path), tree) ? look(tree(path)) : undefined;
    const spooled = isSpooled
      ? lookIn((path) => folder.spool(path, spoolOf(file)))
      : undefined;
    // A member may have moved it already, and say so with its next event.
    const mayBeReal = !isSpooled ||
      !spooled && file.phase === "committed" && !file.home;
    const info = mayBeReal ? lookIn((path) => folder.real(path)) : spooled;
    if (!info?.isFile) return 0;
    if (!isSpooled) finalSizes.set(file, info.size);
    return info.size;
  };
}

function look(location: string): Deno.FileInfo | undefined {
  try {
    return lstatIfPresent(location);
  } catch {
    // A journal may name what no system can have.
    return undefined;
  }
}
