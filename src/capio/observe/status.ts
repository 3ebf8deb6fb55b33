import {
  deadlockedWaits,
  isInSpool,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { ifPresent, system } from "../platform/mod.ts";
import { missingForCommit, type WorkflowFolder } from "../workflow/mod.ts";

/** A process, or one context of it, in a {@linkcode WorkflowStatus}. */
export interface MemberStatus {
  /** Unique for all time. */
  readonly id: string;
  /** The name under which CAPIO-CL knows it. */
  readonly app: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** When it joined, Unix time in milliseconds. */
  readonly joined: number;
  /** How it ended, or that it has not. */
  readonly state: "running" | "left" | "failed" | "lost";
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
  /** When it was created, Unix time in milliseconds. */
  readonly created: number;
  /** When it was committed or lost, Unix time in milliseconds. */
  readonly ended?: number;
  /** What has to happen before it is committed. */
  readonly missing?: string;
}

/** How far a member has read a file, in a {@linkcode WorkflowStatus}. */
export interface ReadingStatus {
  /** The app that reads. */
  readonly app: string;
  /** Relative to `capioDir`, with `/`. */
  readonly path: string;
  /** When it had its first byte, Unix time in milliseconds. */
  readonly first: number;
  /** When it last told, Unix time in milliseconds. */
  readonly latest: number;
  /** Bytes read by then. */
  readonly bytes: number;
}

/** Who waits for what, in a {@linkcode WorkflowStatus}. */
export interface WaitStatus {
  /** The app that waits. */
  readonly app: string;
  /** The operating system's number for its process. */
  readonly pid: number;
  /** What it waits for, relative to `capioDir`. */
  readonly path: string;
  /** What has to happen before the wait ends. */
  readonly why: string;
  /** Since when, Unix time in milliseconds. */
  readonly since: number;
}

/** What goes on in a workflow. */
export interface WorkflowStatus {
  /** The directory, all symbolic links resolved. */
  readonly capioDir: string;
  /** What its steps have in common. */
  readonly workflowName: string;
  /** Who takes or took part. */
  readonly members: readonly MemberStatus[];
  /** What they have written. */
  readonly files: readonly FileStatus[];
  /** What they have read while it was written. */
  readonly readings: readonly ReadingStatus[];
  /** Who has been waiting for a while. */
  readonly waits: readonly WaitStatus[];
}

/** The state in the words of the public interface. */
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
    created,
    ...(ended !== undefined && { ended }),
    ...(phase === "open" && { missing: missingForCommit(state, file) }),
  };
}

function sizeOf(location: string): number | undefined {
  return ifPresent(() => system.statSync(location).size);
}
