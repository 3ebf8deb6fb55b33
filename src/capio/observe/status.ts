import {
  deadlockedWaits,
  isInSpool,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { system } from "../platform/mod.ts";
import { missingForCommit, type WorkflowFolder } from "../workflow/mod.ts";

/** A member: a process, or one context of it, in a {@linkcode WorkflowStatus}. */
export interface MemberStatus {
  /** The member's id, unique for all time. */
  readonly id: string;
  /** The name of its step in CAPIO-CL. */
  readonly app: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** When it joined, Unix time in milliseconds. */
  readonly joined: number;
  /** `running`, or how it ended. */
  readonly state: "running" | "left" | "failed" | "lost";
}

/** A member that holds a file open for writing, in a {@linkcode FileStatus}. */
export interface HolderStatus {
  /** The member's app. */
  readonly app: string;
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
  /** Bytes written so far. */
  readonly size: number;
  /** The apps that have written to it. */
  readonly writers: readonly string[];
  /** The handles open for writing, if any: the file is not committed before. */
  readonly holders?: readonly HolderStatus[];
  /** When it was created, Unix time in milliseconds. */
  readonly created: number;
  /** When it was committed or lost, Unix time in milliseconds. */
  readonly ended?: number;
  /** The event that commits it. */
  readonly missing?: string;
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
 * A file that one member changed after another one had got its end, in a
 * {@linkcode WorkflowStatus}.
 */
export interface RewriteStatus {
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** The app of the member that read it to its end. */
  readonly reader: string;
  /** The app of the member that opened it for writing again. */
  readonly writer: string;
}

/** The status of a workflow at one moment. */
export interface WorkflowStatus {
  /** The directory, all symbolic links resolved. */
  readonly capioDir: string;
  /** The name of the workflow. */
  readonly workflowName: string;
  /** The present and former members. */
  readonly members: readonly MemberStatus[];
  /** The files that they have written. */
  readonly files: readonly FileStatus[];
  /** The files that they have read while these were written. */
  readonly readings: readonly ReadingStatus[];
  /** The waits that have become long. */
  readonly waits: readonly WaitStatus[];
  /** The files that were written again after their end was read. */
  readonly rewrites: readonly RewriteStatus[];
  /**
   * Lines of the journal that were passed over: they were cut short, or no
   * member of the workflow can have written them.
   */
  readonly passedOver: number;
}

/** Converts the state to the public status. */
export function describe(
  state: WorkflowState,
  folder: WorkflowFolder,
): WorkflowStatus {
  const appOf = (id: string) => state.members.get(id)?.app ?? id;
  const stuck = new Set(deadlockedWaits(state));
  return {
    capioDir: folder.capioDir,
    workflowName: folder.workflowName,
    members: [...state.members.values()].map((member) => ({
      id: member.id,
      app: member.app,
      pid: member.pid,
      joined: member.joined,
      state: member.ending ?? "running",
    })),
    files: [...state.paths.values()]
      .filter(({ kind }) => kind === "file")
      .map((file) => describeFile(state, folder, file)),
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
        why: stuck.has(waiting) ? `${why}, and waits in turn` : why,
        since,
      };
    }),
    rewrites: [...state.rewrites.values()].map(({ path, reader, writer }) => ({
      path,
      reader: appOf(reader),
      writer: appOf(writer),
    })),
    passedOver: state.passedOver,
  };
}

function describeFile(
  state: WorkflowState,
  folder: WorkflowFolder,
  file: WorkflowFile,
): FileStatus {
  const { path, phase, created, ended } = file;
  const apps = [...file.writers].map((id) => state.members.get(id)?.app ?? id);
  return {
    path,
    phase,
    size:
      sizeOf(isInSpool(state, file) ? folder.spool(path) : folder.real(path)) ??
        0,
    writers: [...new Set(apps)],
    ...(file.handles.size > 0 && { holders: holdersOf(state, file) }),
    created,
    ...(ended !== undefined && { ended }),
    ...(phase === "open" && { missing: missingForCommit(state, file) }),
  };
}

function holdersOf(
  { members }: WorkflowState,
  { handles }: WorkflowFile,
): HolderStatus[] {
  return [...handles.values()].map(({ member, since }) => {
    const { app = member, pid = 0 } = members.get(member) ?? {};
    return { app, pid, since };
  });
}

function sizeOf(location: string): number | undefined {
  try {
    return system.statSync(location).size;
  } catch {
    // Nothing is there, or a journal names what no system can have.
    return undefined;
  }
}
