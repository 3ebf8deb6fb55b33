import type { CapioClRule } from "../../cl/mod.ts";
import type {
  AgentOfMachine,
  CommittedEvent,
  ConfirmedEvent,
  LostEvent,
  MachineEvent,
  SpaceEvent,
  WholeEvent,
} from "./machine_event.ts";
import type { Stamp } from "./stamp.ts";

/** The kinds of entry that a path of the workflow can name. */
export type EntryKind = "file" | "directory" | "symlink";

/** How a member ended: by itself, by an error, or without reporting its end. */
export type Ending = "left" | "failed" | "lost";

/** A process, or one context of it, takes part from here on. */
export interface JoinEvent extends Stamp {
  readonly event: "join";
  readonly app: string;
  readonly pid: number;
  /** Set for a worker, which ends with its process. */
  readonly isWorker?: true;
  /** Set for a worker of `node:worker_threads`. */
  readonly isThread?: true;
  /** The member of its process whose lock shows that it lives, if it has none. */
  readonly host?: string;
  /** The member's `memoryDir`, to show it: no process uses what stands here. */
  readonly memoryDir?: string;
  /** The identity of that directory, to compare it. */
  readonly memoryId?: string;
  /** Set for the agent of a machine, which begins the run there. */
  readonly agent?: AgentOfMachine;
}

/** A member ended. Any member may report a `lost` one, whose lock is free. */
export interface EndEvent extends Stamp {
  readonly event: "end";
  readonly member: string;
  readonly ending: Ending;
  /** Says for people why it failed, if that is known. */
  readonly why?: string;
}

/** A member brought CAPIO-CL rules with it. */
export interface RulesEvent extends Stamp {
  readonly event: "rules";
  /** A CAPIO-CL document. */
  readonly document?: string;
  /** Rules in code. */
  readonly rules?: readonly CapioClRule[];
  /** The steps of a plan, in the order in which they run one after the other. */
  readonly steps?: readonly string[];
  /** The machine on which each step runs, by the step, where the plan says so. */
  readonly machines?: Readonly<Record<string, string>>;
  /** Set when members note how they use finished files, too. */
  readonly observe?: true;
}

/**
 * A member opened a file for writing. The event is void when another member was
 * faster and the path has come to mean something else: its author looks again.
 */
export interface OpenEvent extends Stamp {
  readonly event: "open";
  readonly path: string;
  /**
   * The file that its author saw under the path; missing when the path was free.
   */
  readonly file?: number;
  /** Set when what was there was cut off at the opening. */
  readonly anew?: true;
  /** Unique for the member. */
  readonly handle: number;
  /** Set when its author has created it in the spool in memory. */
  readonly memory?: true;
  /** Set when its author has created it, written it and closed it already. */
  readonly whole?: true;
  /** Set with `whole` alone, as in {@linkcode CloseEvent}. */
  readonly publishes?: true;
  /** Set on other machines: the number that the file which it made has at home. */
  readonly made?: number;
}

/** A member closed what it had opened for writing. */
export interface CloseEvent extends Stamp {
  readonly event: "close";
  readonly handle: number;
  /** Set when the writer gave up, so that the file is incomplete. */
  readonly failed?: true;
  /** Says for people why the writer gave up, if that is known. */
  readonly why?: string;
  /** Set when nothing was written after all, so that the close does not count. */
  readonly idle?: true;
  /** Set when the file is as it was at the opening; the close counts. */
  readonly unchanged?: true;
  /**
   * Set when its author has the publication lock, and, where this commits the
   * file, moves it to its place before its next event.
   */
  readonly publishes?: true;
}

/**
 * A member has written below the end that a file had, so that others may have
 * read something else there. Of many such writes not each is reported.
 */
export interface RewriteEvent extends Stamp {
  readonly event: "rewrite";
  /** Under which the member holds it open; as in {@linkcode OpenEvent}. */
  readonly handle: number;
  /** The lowest offset that was written to since the last report. */
  readonly offset: number;
}

/** A member made an entry, without opening it or with a handle. */
export interface MakeEvent extends Stamp {
  readonly event: "make";
  readonly path: string;
  readonly kind: EntryKind;
  /** Set when nothing more is going to be written to it. */
  readonly complete?: true;
  /** Set when it replaces a file that had its name. */
  readonly replaces?: true;
  /** Set when nothing is kept of what that file held. */
  readonly anew?: true;
  /** Set when the member has it open for writing; as in {@linkcode OpenEvent}. */
  readonly handle?: number;
  /** Set when it lies in the spool in memory. */
  readonly memory?: true;
  /** As in {@linkcode OpenEvent}. */
  readonly made?: number;
}

/** A member renamed an entry, and with it all below it. */
export interface RenameEvent extends Stamp {
  readonly event: "rename";
  readonly from: string;
  readonly to: string;
}

/**
 * A member is about to rename an entry: until it says so, or takes this back
 * without paths, what lies under both names may not be what the journal says.
 */
export interface MovingEvent extends Stamp {
  readonly event: "moving";
  readonly from?: string;
  readonly to?: string;
}

/** A member removed an entry, and with it all below it. */
export interface RemoveEvent extends Stamp {
  readonly event: "remove";
  readonly path: string;
  /** Set when it was a directory, and so nothing is left below it. */
  readonly isDirectory?: true;
}

/** A member moved committed entries to their places in the real tree. */
export interface PublishEvent extends Stamp {
  readonly event: "publish";
  /** Empty when it could not move the file of its last event, a close. */
  readonly files: readonly number[];
}

/** A member began to read a file as it is, without a wait for its end. */
export interface InputEvent extends Stamp {
  readonly event: "input";
  readonly path: string;
  /** The committed file; missing for a real one that no member had written. */
  readonly file?: number;
}

/** A member found nothing under some paths. */
export interface MissEvent extends Stamp {
  readonly event: "miss";
  readonly paths: readonly string[];
  /** Set when it only asked whether something is there; noted at its end. */
  readonly asked?: true;
}

/** A member found what it had missed before. */
export interface FoundEvent extends Stamp {
  readonly event: "found";
  readonly path: string;
}

/**
 * A member has asked for what is there under some paths, and has been told so; it
 * is noted at its end.
 */
export interface SeenEvent extends Stamp {
  readonly event: "seen";
  readonly paths: readonly string[];
  /** Set when they were real files and it was told their sizes and times. */
  readonly looked?: true;
}

/** A member has listed a directory as it was, without a wait for its end. */
export interface ListEvent extends Stamp {
  readonly event: "list";
  readonly path: string;
  /** Set when it watches the directory from now on, and misses nothing. */
  readonly watched?: true;
}

/** A real file exists that a commit rule depends on and that no app produces. */
export interface GivenEvent extends Stamp {
  readonly event: "given";
  readonly path: string;
}

/** How far a member has read a file; it is reported at times and at the end. */
export interface ReadEvent extends Stamp {
  readonly event: "read";
  readonly path: string;
  /** When the member read its first byte, as {@linkcode Stamp.time}. */
  readonly first: number;
  /** Bytes read so far. */
  readonly bytes: number;
  /** The file that had the path when it was opened. */
  readonly file?: number;
  /** The committed file, once the member has read it to its end. */
  readonly end?: number;
  /** The position after the last byte that it has read since the last report. */
  readonly to?: number;
  /** How many rewrites of the file the member knew of when it read that. */
  readonly rewrites?: number;
  /** Set in an observed run when the member has left out a part, or gone back. */
  readonly sought?: true;
}

/**
 * A member went by the size of a file that was still written, or may have: it
 * read no further. In an observed run, any member that was told a size.
 */
export interface SizeEvent extends Stamp {
  readonly event: "size";
  readonly path: string;
  /** The number of the file. */
  readonly file: number;
  /** The size that the member was told. */
  readonly told: number;
  /** The size to which the file had grown, if it had. */
  readonly size?: number;
  /** How far the member has read the file, if it has opened it. */
  readonly readTo?: number;
  /** Set when it counts only if the member does not report its end. */
  readonly ifLost?: true;
}

/** A member has been waiting for a while; without `why` the wait is over. */
export interface WaitEvent extends Stamp {
  readonly event: "wait";
  /** Unique for the member: it may wait for several things at once. */
  readonly wait: number;
  readonly path: string;
  readonly why?: string;
}

/**
 * A member is going to sleep until something happens to a path or to what lies
 * below it. The member that causes it rings this one, once.
 */
export interface AwaitEvent extends Stamp {
  readonly event: "await";
  /** Empty for anything at all. */
  readonly path: string;
}

/**
 * The end of this journal: the state up to here is the beginning of the next one,
 * in which the events go on. Lines behind it do not count, and neither does such
 * a line before the size that the journal's first line names.
 */
export interface CheckpointEvent extends Stamp {
  readonly event: "checkpoint";
}

/** One line of a workflow's journal. */
export type JournalEvent =
  | JoinEvent
  | EndEvent
  | RulesEvent
  | OpenEvent
  | CloseEvent
  | MakeEvent
  | MovingEvent
  | RenameEvent
  | RemoveEvent
  | PublishEvent
  | InputEvent
  | MissEvent
  | FoundEvent
  | SeenEvent
  | ListEvent
  | GivenEvent
  | ReadEvent
  | RewriteEvent
  | SizeEvent
  | WaitEvent
  | AwaitEvent
  | CommittedEvent
  | LostEvent
  | WholeEvent
  | SpaceEvent
  | ConfirmedEvent
  | MachineEvent
  | CheckpointEvent;

/** An event to which its author has not added the stamp yet. */
export type EventBody = JournalEvent extends infer E
  ? E extends JournalEvent ? Omit<E, keyof Stamp> : never
  : never;
