import type {
  CapioClCommitRule,
  CapioClEngine,
  CapioClRule,
} from "../../cl/mod.ts";
import { CompactMap } from "../../../internal/mod.ts";
import type { Ending, EntryKind, MachinePhase, Via } from "../events/mod.ts";
import { Awaits } from "./awaits.ts";
import { type MemberSet, onlyMember } from "./member_set.ts";

/** A process, or one context of it, that takes part in the workflow. */
export interface Member {
  readonly id: string;
  readonly app: string;
  readonly pid: number;
  readonly joined: number;
  readonly isWorker: boolean;
  /** Set for a worker of `node:worker_threads`. */
  readonly isThread?: true;
  /** The member whose lock shows that this one lives, if it has none of its own. */
  readonly host?: string;
  /** The place of its join among the joins and ends of all members. */
  readonly came: number;
  /** The place of its end among them, once it has ended. */
  went?: number;
  /** How it ended, once it has. */
  ending?: Ending;
  /** When its end was reported, Unix time in milliseconds. */
  ended?: number;
  /** Why it failed, for people, if it has said so. */
  why?: string;
  /** Set when another member has reported its end. */
  isReported?: true;
  /** The machine that it runs on, if that is not this one. */
  readonly machine?: string;
  /** Set for the agent of this machine, which is no step. */
  readonly isAgent?: true;
  /** Set for one that has brought a plan after another one had; it is no step. */
  isPlanner?: true;
  /** Which of its lines the counts of its app wait for, if they do. */
  uncounted?: "join" | "end";
}

/** The members with one application name. */
export interface App {
  readonly name: string;
  joined: number;
  running: number;
  /** A member that failed or died, until the app starts again. */
  lostBy?: string;
}

/** The `memoryDir` of a run, as its first member has told it. */
export interface MemoryDirectory {
  /** Its path, to show it. */
  readonly dir: string;
  /** Its identity, to compare it. */
  readonly id: string;
  /** The app of that member. */
  readonly app: string;
}

/** The phases of a file. `lost`: its writer ended without finishing it. */
export type Phase = "open" | "committed" | "lost";

/** One file, directory or symbolic link that the workflow has made. */
export interface WorkflowFile {
  /** Its place in the order of creation, on which all processes agree. */
  readonly number: number;
  readonly kind: EntryKind;
  /** Its latest name, relative to `capioDir`, with `/` between components. */
  path: string;
  rule: CapioClCommitRule;
  phase: Phase;
  /** Set when it lies in the spool in memory, whatever its name is by now. */
  readonly isInMemory?: true;
  /** Set when it was published, and then renamed to what is not permanent. */
  isInPlace?: true;
  /** Whether a file had its name before, which this one replaces. */
  isReplacing: boolean;
  /** Set when it began with what that file held. */
  isCopy?: true;
  /** Whether it was removed or lost its name, so that it cannot be opened. */
  unlinked: boolean;
  /** Whether it lost its name before it was committed. */
  isDiscarded: boolean;
  /** The member that gave it its latest name. */
  namedBy: string;
  /** The members that opened it for writing, or made it. */
  writers: MemberSet;
  /** The handles that are open for writing. */
  holders: readonly Holder[];
  /** How often a writer has closed it. */
  closes: number;
  /** The members that have got its end, or are going to. */
  readers?: MemberSet;
  /** How often it was reported that a member wrote below its end. */
  overwriteCount?: number;
  /** Those reports after which none has a lower offset, or the same. */
  overwrites?: Overwrite[];
  /** How far members have read it, as they have reported. */
  readTo?: Map<string, number>;
  /** The committed file whose copy it is, until a close after a change. */
  replaced?: ReplacedFile;
  /** The member whose event committed it, and that publishes it. */
  committedBy?: string;
  /** The member that ended without finishing it. */
  lostBy?: string;
  /** Why that member gave it up, for people, if it has said so. */
  lostWhy?: string;
  readonly created: number;
  ended?: number;
  /** Set for a file of another machine: here lies at most a replica of it. */
  home?: FileHome;
  /** Set once such a file was committed at its home, which may be before `phase`. */
  committedAtHome?: CommittedAtHome;
  /** Set while the disk has no space for its replica, or once that is given up. */
  noSpace?: "tried" | "given up";
  /** The numbers of a directory at the other machines that have made it, too. */
  alsoOf?: Map<string, number>;
  /** The name that it has been given here, as long as others may have it first. */
  claim?: string;
  /** The machine that has its name instead, for that reason. */
  lostTo?: string;
}

/** The machine whose members write a file, and its number there. */
export interface FileHome {
  readonly machine: string;
  readonly number: number;
}

/** What the home of a file has said at its commit. */
export interface CommittedAtHome {
  /** In bytes. */
  readonly size: number;
  /** The mode bits, where the home has them. */
  readonly mode?: number;
  /** Set when the server has all of its bytes. */
  readonly stored?: true;
}

/** A machine that takes part in the run. */
export interface Machine {
  readonly name: string;
  /** Its random id, if it has said so. */
  readonly id?: string;
  is: MachinePhase;
}

/** What an event has done to a file. */
export interface FileChange {
  readonly file: WorkflowFile;
  /** `unnamed`: it has lost its name, and may have got another one since. */
  readonly is: "created" | "committed" | "lost" | "unnamed";
}

/** A member that holds a file open for writing. */
export interface Holder {
  /** The handle that it holds, as `member/handle`. */
  readonly handle: string;
  readonly member: string;
  readonly since: number;
}

/** A member wrote below the end of a file. */
export interface Overwrite {
  /** Which of the reports it is, from 0. */
  readonly index: number;
  readonly by: string;
  readonly offset: number;
}

/** A committed file that was opened for writing again. */
export interface ReplacedFile {
  readonly number: number;
  readers: MemberSet;
}

/** What the workflow has put into one directory. */
export interface Folder {
  /** The number of entries that are there. */
  entries: number;
  /** The highest number of entries that there were at one time. */
  most: number;
  /** The members that put entries in. */
  readonly writers: Set<string>;
}

/** How far a member has read one path, for the status. */
export interface Reading {
  readonly member: string;
  readonly path: string;
  first: number;
  latest: number;
  bytes: number;
}

/** A wait of a member, for the status and for finding deadlocks. */
export interface Waiting {
  readonly member: string;
  readonly path: string;
  readonly why: string;
  readonly since: number;
}

/**
 * A member read a real file before another member began to write it, or found
 * nothing where another member made a file afterwards.
 */
export interface StaleRead {
  readonly path: string;
  readonly reader: string;
  readonly writer: string;
  /** Set when the reader found nothing. */
  readonly isMiss?: true;
  /** Set when the reader had ended before the writer came to it. */
  readonly isLate?: true;
  /** Set when the reader only asked for the size or the times. */
  readonly isQuestion?: true;
  /** Set when the reader listed the directory of the path. */
  readonly isListing?: true;
}

/** A member has found nothing under a path. */
export interface Miss {
  /** Whether it only asked whether something is there. */
  readonly asked: boolean;
  /** The member that made the path afterwards. */
  writer?: string;
}

/**
 * How another member changed what a member had read: it opened the committed
 * file for writing again, gave its name to another file, or wrote below the end
 * of the file before it was committed.
 */
export type RewriteKind =
  | "reopened"
  | "replaced"
  | "overwritten"
  | "removed"
  | "undone";

/** What a member has read under a path is out of date. */
export interface Rewrite {
  readonly path: string;
  readonly reader: string;
  readonly writer: string;
  readonly kind: RewriteKind;
}

/** A member is renaming an entry. */
export interface Moving {
  readonly member: string;
  readonly from: string;
  readonly to: string;
}

/** The file that a member has read last under a path. */
export interface PathReading {
  readonly number: number;
  /** The member that has given the path to another file since. */
  replacedBy?: string;
}

/** A member went by the size of a growing file, or may have. */
export interface SizedReading {
  readonly member: string;
  readonly path: string;
  /** The number of the file. */
  readonly file: number;
  readonly told: number;
  /** The size to which the file had grown, if the member saw it. */
  readonly size?: number;
  /** How far the member has read the file, if it has opened it. */
  readonly readTo?: number;
  /** Set when it counts only if the member does not report its end. */
  readonly ifLost?: true;
}

/** All that the processes of a workflow know of it, folded from its journal. */
export interface WorkflowState {
  readonly capioDir: string;
  engine: CapioClEngine;
  /** CAPIO-CL documents that members have brought. */
  readonly documents: Set<string>;
  /** Rules in code that members have brought. */
  readonly rules: CapioClRule[];
  /**
   * The steps of the plan in the order in which they run one after the other;
   * none without a plan.
   */
  steps: readonly string[];
  /** What the first member said of its `memoryDir`; the others have the same. */
  memory?: MemoryDirectory;
  /** The member that brought the plan. */
  planner?: string;
  /**
   * Whether members note how they use finished files, too. No checkpoint keeps
   * that, for the journal of such a run has none.
   */
  isObserved: boolean;
  readonly members: Map<string, Member>;
  readonly apps: Map<string, App>;
  /** The file that has each name at present. */
  readonly paths: Map<string, WorkflowFile>;
  readonly folders: Map<string, Folder>;
  /** Files open for writing, by `member/handle`. */
  readonly handles: Map<string, WorkflowFile>;
  /** Files neither committed nor lost. */
  readonly pending: Set<WorkflowFile>;
  /** Those of `pending` whose rule has dependencies. */
  readonly dependents: Set<WorkflowFile>;
  /** Committed permanent files that are still in the spool. */
  readonly unpublished: Map<number, WorkflowFile>;
  /**
   * Those of `unpublished` that a member moves to their places before its next
   * event, by the member: they may lie there already.
   */
  readonly publishing: Map<string, WorkflowFile>;
  /** The members that have read each real file. */
  readonly inputs: Map<string, Set<string>>;
  /** Existing real files that a commit rule depends on and no app produces. */
  readonly given: Set<string>;
  /** What members have missed, by path and member. */
  readonly misses: Map<string, Map<string, Miss>>;
  readonly staleReads: StaleRead[];
  /** One for each reader, writer and path. */
  readonly rewrites: Map<string, Rewrite>;
  /** The member that changed each committed file, by the file's number. */
  readonly rewriters: Map<number, string>;
  /** The original of each copy of a committed file, by their numbers. */
  readonly copies: Map<number, number>;
  /** By path and member. */
  readonly pathReadings: Map<string, Map<string, PathReading>>;
  /**
   * The members that have asked for what is there, by path, and whether they were
   * told the size and the times of a real file.
   */
  readonly seen: Map<string, Map<string, boolean>>;
  /**
   * Who made what after a member had listed a directory: by directory, member and
   * path.
   */
  readonly listings: Map<string, Map<string, Map<string, string>>>;
  /** The member that removed or renamed what a path named, lately. */
  readonly removers: Map<string, string>;
  /** Who removed what a member had read: by path and reader. */
  readonly removals: Map<string, Map<string, string>>;
  /** The paths that were replaced after a member had read them. */
  readonly replacedPaths: Set<string>;
  readonly readings: Map<string, Reading>;
  readonly sizedReadings: SizedReading[];
  /** By `member/wait`. */
  readonly waits: Map<string, Waiting>;
  /** The members that sleep until they are rung. */
  readonly awaits: Awaits;
  /** The entry that a member is renaming. */
  moving?: Moving;
  /** Files created so far. */
  created: number;
  /** How often a name came to mean another file so far. */
  renamings: number;
  /** How many joins and ends of members there were so far. */
  turns: number;
  /** Lines of the journal that are no events, or that cannot be used. */
  passedOver: number;
  /**
   * Files that lost their names before their commit, lately, by their numbers:
   * the member that ended without finishing it, or `""`.
   */
  readonly unfinished: Map<number, string>;
  /** All such files with this number or a higher one are in `unfinished`. */
  unfinishedFrom: number;
  /** How much checkpoints have forgotten. */
  readonly forgotten: Forgotten;
  /** The name of this machine in a run on several machines. */
  machine?: string;
  /** The random id of this machine. */
  machineId?: string;
  /** The member that is its agent, the latest one. */
  agent?: string;
  /** The machine of each step that the plan places. */
  readonly placement: Map<string, string>;
  /** The machines that take part, by name. */
  readonly machines: Map<string, Machine>;
  /** Where the latest event stands that came from the stream. */
  via?: Via;
  /** The files of other machines, by machine and number there. */
  readonly foreign: Map<string, WorkflowFile>;
  /** Those of them that are neither whole nor lost here, by their numbers here. */
  readonly replicas: Map<number, WorkflowFile>;
  /** Whether new files wait for their first lines to come back from the stream. */
  hasClaims?: boolean;
  /** The files that do, by their numbers. */
  readonly claims: Map<number, WorkflowFile>;
  /** Files of this machine that have lost their names to those of others. */
  readonly conflicts: WorkflowFile[];
  /** The members of this machine whose joins have come back from the stream. */
  readonly confirmed: Set<string>;
  /** Takes what events do to files; the agent empties it. Nobody else has it. */
  changes?: FileChange[];
}

/** What is not in the state any more, and is only counted. */
export interface Forgotten {
  /** Members that have ended. */
  members: number;
  /** Those of them that failed or died. */
  failures: number;
  staleReads: number;
  rewrites: number;
}

/** What an event that creates a file says of it. */
export interface Creation {
  readonly by: string;
  readonly time: number;
  /** Set for a file in the spool in memory. */
  readonly memory?: true;
  /** Set when it is a copy of the file under the name, put in its place. */
  readonly replaces?: true;
  /** Set for a file of another machine. */
  readonly home?: FileHome;
}

/** A file as its writer has just created it. */
export function newFile(
  number: number,
  path: string,
  kind: EntryKind,
  { by, time, memory, home }: Creation,
): WorkflowFile {
  const file: WorkflowFile = {
    number,
    kind,
    path,
    rule: ON_TERMINATION,
    phase: "open",
    isReplacing: false,
    unlinked: false,
    isDiscarded: false,
    namedBy: by,
    writers: onlyMember(by),
    holders: NO_HOLDERS,
    closes: 0,
    created: time,
    // Each file gets them: an object is smaller with a place for them at once.
    committedBy: undefined,
    ended: undefined,
  };
  if (home) return { ...file, home };
  return memory ? { ...file, isInMemory: true } : file;
}

/** The holders of a file that nobody holds open. */
export const NO_HOLDERS: readonly Holder[] = [];

const ON_TERMINATION: CapioClCommitRule = { type: "on_termination" };

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
    steps: [],
    isObserved: false,
    members: new Map(),
    apps: new Map(),
    paths: new CompactMap(),
    folders: new Map(),
    handles: new CompactMap(),
    pending: new Set(),
    dependents: new Set(),
    unpublished: new CompactMap(),
    publishing: new Map(),
    inputs: new CompactMap(),
    given: new Set(),
    misses: new CompactMap(),
    staleReads: [],
    rewrites: new Map(),
    rewriters: new Map(),
    copies: new Map(),
    pathReadings: new CompactMap(),
    seen: new CompactMap(),
    listings: new Map(),
    removers: new Map(),
    removals: new CompactMap(),
    replacedPaths: new Set(),
    readings: new CompactMap(),
    sizedReadings: [],
    waits: new Map(),
    awaits: new Awaits(),
    created: 0,
    renamings: 0,
    turns: 0,
    passedOver: 0,
    unfinished: new Map(),
    unfinishedFrom: 0,
    forgotten: { members: 0, failures: 0, staleReads: 0, rewrites: 0 },
    placement: new Map(),
    machines: new Map(),
    foreign: new CompactMap(),
    replicas: new CompactMap(),
    claims: new Map(),
    conflicts: [],
    confirmed: new Set(),
  };
}
