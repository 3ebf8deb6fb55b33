import type { JournalEvent } from "./event.ts";
import type { AgentOfMachine } from "./machine_event.ts";
import type { Via } from "./stamp.ts";
import {
  type FieldChecks,
  type Guard,
  hasFields,
  isCount,
  isEntry,
  isEntryOrRoot,
  isMachine,
  isMemberId,
  isName,
  isNormalOrRoot,
  isText,
  isTime,
  isTrue,
  listOf,
  objectOf,
  oneOf,
  optional,
  recordOf,
} from "./field_checks.ts";

/**
 * Tells whether a value of a journal is an event that a member can have written:
 * known fields of known types, paths inside, ids of their own form. All that is
 * found in a journal is only data, whichever program put it there.
 */
export function isEvent(value: unknown): value is JournalEvent {
  if (typeof value !== "object" || value === null) return false;
  if (!("event" in value) || typeof value.event !== "string") return false;
  const fields = FIELDS.get(value.event);
  if (!fields) return false;
  return hasFields(value, fields);
}

const STAMP = {
  by: isMemberId,
  time: isTime,
  via: optional(
    objectOf<Via>({ machine: isMachine, seq: isCount, line: isCount }),
  ),
};

/** The compiler demands an entry for each type of event and for each field. */
const CHECKS: {
  readonly [E in JournalEvent as E["event"]]: FieldChecks<E>;
} = {
  join: {
    ...STAMP,
    app: isName,
    pid: isCount,
    isWorker: optional(isTrue),
    isThread: optional(isTrue),
    host: optional(isMemberId),
    memoryDir: optional(isName),
    memoryId: optional(isName),
    agent: optional(
      objectOf<AgentOfMachine>({
        machine: isMachine,
        id: isName,
        claims: optional(isTrue),
      }),
    ),
  },
  end: {
    ...STAMP,
    member: isMemberId,
    ending: oneOf("left", "failed", "lost"),
    why: optional(isText),
  },
  rules: {
    ...STAMP,
    document: optional(isText),
    // The engine checks each rule when the event is folded.
    rules: optional(Array.isArray),
    steps: optional(listOf(isName)),
    machines: optional(recordOf(isMachine)),
    observe: optional(isTrue),
  },
  open: {
    ...STAMP,
    path: isEntry,
    file: optional(isCount),
    anew: optional(isTrue),
    handle: isCount,
    memory: optional(isTrue),
    whole: optional(isTrue),
    publishes: optional(isTrue),
    made: optional(isCount),
  },
  close: {
    ...STAMP,
    handle: isCount,
    failed: optional(isTrue),
    why: optional(isText),
    idle: optional(isTrue),
    unchanged: optional(isTrue),
    publishes: optional(isTrue),
  },
  make: {
    ...STAMP,
    path: isEntry,
    kind: oneOf("file", "directory", "symlink"),
    complete: optional(isTrue),
    replaces: optional(isTrue),
    anew: optional(isTrue),
    handle: optional(isCount),
    memory: optional(isTrue),
    made: optional(isCount),
  },
  moving: { ...STAMP, from: optional(isEntry), to: optional(isEntry) },
  rename: { ...STAMP, from: isEntry, to: isEntry },
  remove: { ...STAMP, path: isEntry, isDirectory: optional(isTrue) },
  publish: { ...STAMP, files: listOf(isCount) },
  input: { ...STAMP, path: isEntryOrRoot, file: optional(isCount) },
  miss: { ...STAMP, paths: listOf(isEntryOrRoot), asked: optional(isTrue) },
  seen: { ...STAMP, paths: listOf(isEntryOrRoot), looked: optional(isTrue) },
  list: { ...STAMP, path: isEntryOrRoot, watched: optional(isTrue) },
  found: { ...STAMP, path: isEntryOrRoot },
  given: { ...STAMP, path: isEntryOrRoot },
  read: {
    ...STAMP,
    path: isEntry,
    first: isTime,
    bytes: isCount,
    end: optional(isCount),
    file: optional(isCount),
    to: optional(isCount),
    rewrites: optional(isCount),
    sought: optional(isTrue),
  },
  rewrite: { ...STAMP, handle: isCount, offset: isCount },
  size: {
    ...STAMP,
    path: isEntry,
    file: isCount,
    told: isCount,
    size: optional(isCount),
    readTo: optional(isCount),
    ifLost: optional(isTrue),
  },
  // A member may wait for a lock of sluice, which lies in its own directory.
  wait: {
    ...STAMP,
    wait: isCount,
    path: isNormalOrRoot,
    why: optional(isText),
  },
  await: { ...STAMP, path: isEntryOrRoot },
  committed: {
    ...STAMP,
    file: isCount,
    size: isCount,
    mode: optional(isMode),
    stored: optional(isTrue),
    gone: optional(isTrue),
  },
  lost: {
    ...STAMP,
    file: isCount,
    member: isMemberId,
    why: optional(isText),
    unnamed: optional(isTrue),
  },
  whole: { ...STAMP, file: isCount },
  space: {
    ...STAMP,
    file: isCount,
    is: oneOf("missing", "there", "given up"),
  },
  confirmed: {
    ...STAMP,
    members: listOf(isMemberId),
    ended: optional(listOf(isMemberId)),
    files: optional(listOf(isCount)),
  },
  machine: {
    ...STAMP,
    machine: isMachine,
    is: oneOf("here", "done", "lost"),
    id: optional(isName),
  },
  checkpoint: STAMP,
};

/** The bits of a mode that say who may do what. */
function isMode(value: unknown): value is number {
  return isCount(value) && value <= 0o7777;
}

const FIELDS: ReadonlyMap<string, readonly [string, Guard<unknown>][]> =
  new Map(
    Object.entries(CHECKS)
      .map(([type, checks]) => [type, Object.entries(checks)]),
  );
