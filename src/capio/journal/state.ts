import type {
  CapioClCommitRule,
  CapioClEngine,
  CapioClRule,
} from "../cl/mod.ts";
import type { Ending, EntryKind } from "./event.ts";

/** A process, or one context of it, that takes part in the workflow. */
export interface Member {
  readonly id: string;
  readonly app: string;
  readonly pid: number;
  readonly joined: number;
  readonly isWorker: boolean;
  /** How it ended, once it has. */
  ending?: Ending;
}

/** The members that bear one application name. */
export interface App {
  readonly name: string;
  joined: number;
  running: number;
  /** A member that ended badly, until the app begins anew. */
  lostBy?: string;
}

/** Where a file is in its life. `lost`: its writer ended without finishing. */
export type Phase = "open" | "committed" | "lost";

/** One file, directory or symbolic link that the workflow has made. */
export interface WorkflowFile {
  /** Its place in the order of creation, which every process agrees on. */
  readonly number: number;
  readonly kind: EntryKind;
  /** Relative to `capioDir`, with `/`: the latest name. */
  path: string;
  rule: CapioClCommitRule;
  phase: Phase;
  /** Written anew: a file was there under its name before. */
  isReplacing: boolean;
  /** Removed, or another took its name: nobody can open it any more. */
  unlinked: boolean;
  /** Members that opened it for writing, or made it. */
  readonly writers: Set<string>;
  /** Handles that are open for writing. */
  readonly handles: Set<string>;
  /** Times that a writer has closed it. */
  closes: number;
  /** The member whose event committed it and who publishes it. */
  committedBy?: string;
  /** The member that ended without finishing it. */
  lostBy?: string;
  readonly created: number;
  ended?: number;
}

/** What the workflow has put into one directory. */
export interface Folder {
  readonly entries: Set<string>;
  /** As many of them as there ever were at one time. */
  most: number;
  /** Members that put something in. */
  readonly writers: Set<string>;
}

/** A member's reading of one path, for people to look at. */
export interface Reading {
  readonly member: string;
  readonly path: string;
  first: number;
  latest: number;
  bytes: number;
}

/** A member's wait, for people to look at. */
export interface Waiting {
  readonly member: string;
  readonly path: string;
  readonly why: string;
  readonly since: number;
}

/** A real file was read by one member before another began to write it. */
export interface StaleRead {
  readonly path: string;
  readonly reader: string;
  readonly writer: string;
}

/** All that the processes of a workflow know of it: the fold of its journal. */
export interface WorkflowState {
  readonly capioDir: string;
  engine: CapioClEngine;
  /** CAPIO-CL documents that members have brought. */
  readonly documents: Set<string>;
  /** Rules in code that members have brought. */
  readonly rules: CapioClRule[];
  readonly members: Map<string, Member>;
  readonly apps: Map<string, App>;
  /** The present bearer of each name. */
  readonly paths: Map<string, WorkflowFile>;
  readonly folders: Map<string, Folder>;
  /** Files open for writing, by `member/handle`. */
  readonly handles: Map<string, WorkflowFile>;
  /** Files neither committed nor lost. */
  readonly pending: Set<WorkflowFile>;
  /** Of those, the ones whose rule is `on_file`. */
  readonly dependents: Set<WorkflowFile>;
  /** Committed permanent files that are still in the spool. */
  readonly unpublished: Map<number, WorkflowFile>;
  /** Who has read which real file. */
  readonly inputs: Map<string, Set<string>>;
  /** Real files that a commit rule depends on, and that were there. */
  readonly given: Set<string>;
  readonly staleReads: StaleRead[];
  readonly readings: Map<string, Reading>;
  /** By `member/wait`. */
  readonly waits: Map<string, Waiting>;
  /** Files created so far. */
  created: number;
  /** Names that have changed their meaning so far. */
  renamings: number;
}

/** The state before the first event. */
export function emptyState(
  capioDir: string,
  engine: CapioClEngine,
): WorkflowState {
  return {
    capioDir,
    engine,
    documents: new Set(),
    rules: [],
    members: new Map(),
    apps: new Map(),
    paths: new Map(),
    folders: new Map(),
    handles: new Map(),
    pending: new Set(),
    dependents: new Set(),
    unpublished: new Map(),
    inputs: new Map(),
    given: new Set(),
    staleReads: [],
    readings: new Map(),
    waits: new Map(),
    created: 0,
    renamings: 0,
  };
}
