import type { CapioClRule } from "../cl/mod.ts";

/** What kind of thing a path of the workflow names. */
export type EntryKind = "file" | "directory" | "symlink";

/** How a process ended: by itself, by an error, or without a word. */
export type Ending = "left" | "failed" | "lost";

/** What every event carries: who wrote it, and when by that one's clock. */
interface Stamp {
  /** The member that appended the event. */
  readonly by: string;
  /** Unix time in milliseconds: shown to people, never decided upon. */
  readonly time: number;
}

/** A process (or one context of it) takes part from here on. */
export interface JoinEvent extends Stamp {
  readonly event: "join";
  readonly app: string;
  readonly pid: number;
  /** Whether it is a worker, which ends with its process. */
  readonly isWorker?: true;
}

/** A member ended. Anyone may report a `lost` one, whose lock is free. */
export interface EndEvent extends Stamp {
  readonly event: "end";
  readonly member: string;
  readonly ending: Ending;
}

/** A member brought CAPIO-CL rules with it. */
export interface RulesEvent extends Stamp {
  readonly event: "rules";
  /** A CAPIO-CL document. */
  readonly document?: string;
  /** Rules in code. */
  readonly rules?: readonly CapioClRule[];
}

/** A member opened a file for writing. */
export interface OpenEvent extends Stamp {
  readonly event: "open";
  readonly path: string;
  /** Unique for the member. */
  readonly handle: number;
}

/** A member closed what it had opened for writing. */
export interface CloseEvent extends Stamp {
  readonly event: "close";
  readonly handle: number;
  /** Whether the writing was given up, so that the file is incomplete. */
  readonly failed?: true;
  /** Whether nothing has been written after all: the close does not count. */
  readonly idle?: true;
}

/** A member made an entry that nobody holds open. */
export interface MakeEvent extends Stamp {
  readonly event: "make";
  readonly path: string;
  readonly kind: EntryKind;
  /** Whether nothing more is going to be written to it. */
  readonly complete?: true;
  /** Whether it takes the place of a file that was there under its name. */
  readonly replaces?: true;
}

/** An entry, with all below it, has a new name. */
export interface RenameEvent extends Stamp {
  readonly event: "rename";
  readonly from: string;
  readonly to: string;
}

/** An entry, with all below it, is gone. */
export interface RemoveEvent extends Stamp {
  readonly event: "remove";
  readonly path: string;
}

/** A committed entry is in its place in the real tree. */
export interface PublishEvent extends Stamp {
  readonly event: "publish";
  readonly file: number;
}

/** A member read a real file that no process of the run had written. */
export interface InputEvent extends Stamp {
  readonly event: "input";
  readonly path: string;
}

/** A real file that a commit rule depends on, and that nobody writes, is there. */
export interface GivenEvent extends Stamp {
  readonly event: "given";
  readonly path: string;
}

/** How far a member has read a file, now and again and at its last byte. */
export interface ReadEvent extends Stamp {
  readonly event: "read";
  readonly path: string;
  /** When the member had its first byte, as {@linkcode Stamp.time}. */
  readonly first: number;
  /** Bytes read so far. */
  readonly bytes: number;
}

/** A member has been waiting for a while; without `why` it no longer is. */
export interface WaitEvent extends Stamp {
  readonly event: "wait";
  /** Unique for the member: it may wait for several things at once. */
  readonly wait: number;
  readonly path: string;
  readonly why?: string;
}

/** One line of a workflow's journal. */
export type JournalEvent =
  | JoinEvent
  | EndEvent
  | RulesEvent
  | OpenEvent
  | CloseEvent
  | MakeEvent
  | RenameEvent
  | RemoveEvent
  | PublishEvent
  | InputEvent
  | GivenEvent
  | ReadEvent
  | WaitEvent;

/** An event before its author stamps it. */
export type EventBody = JournalEvent extends infer E
  ? E extends JournalEvent ? Omit<E, keyof Stamp> : never
  : never;

/**
 * An event as the bytes of one append. The leading line break costs a byte and
 * keeps the event whole when the line before it was cut short.
 */
export function encodeEvent(event: JournalEvent): Uint8Array<ArrayBuffer> {
  return encoder.encode(`\n${JSON.stringify(event)}\n`);
}

/** The events on complete lines; lines that were cut short are passed over. */
export function decodeEvents(lines: readonly string[]): JournalEvent[] {
  const texts = lines.filter((line) => line !== "");
  try {
    // In one go, for those who join when there is a long history. A line cut
    // short leaves a bracket or a quote open, so that the whole is refused.
    return JSON.parse(`[${texts.join(",")}]`).filter(isEvent);
  } catch {
    return texts.map(parse).filter(isEvent);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is JournalEvent {
  return typeof value === "object" && value !== null && "event" in value &&
    typeof value.event === "string";
}

const encoder = new TextEncoder();
