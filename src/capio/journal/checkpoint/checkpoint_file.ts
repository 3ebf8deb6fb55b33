import type { Flagged, PartCodec } from "./checkpoint_part.ts";
import {
  isCount,
  isEntry,
  isMemberId,
  isText,
  isTime,
  isTrue,
  listOf,
  oneOf,
  optional,
} from "../events/mod.ts";
import {
  filesOf,
  memberSet,
  newFile,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";

/** A file in a checkpoint. Its commit rule follows from its name. */
export interface FilePart extends Described {
  readonly writers: readonly string[];
  readonly handles: readonly Handle[];
  readonly readers?: readonly string[];
  readonly replaced?: Replaced;
  readonly overwrites?: readonly Overwritten[];
  readonly readTo?: readonly MemberAt[];
  /** Set for a committed permanent file that is still in the spool. */
  readonly isUnpublished?: true;
}

type Described = Omit<
  Flagged<WorkflowFile, "isReplacing" | "unlinked" | "isDiscarded">,
  | "rule"
  | "writers"
  | "holders"
  | "readers"
  | "replaced"
  | "overwrites"
  | "readTo"
>;
type Overwritten = readonly [index: number, by: string, offset: number];
/** A member, and an offset in a file. */
type MemberAt = readonly [member: string, offset: number];
type Handle = readonly [handle: string, member: string, since: number];
type Replaced = readonly [number: number, readers: readonly string[]];

/** Files that have a name, in the order of their names, and then the others. */
export const FILE_PART: PartCodec<FilePart> = {
  take: (state) => filesOf(state).map((file) => filePart(state, file)),
  fields: {
    number: isCount,
    kind: oneOf("file", "directory", "symlink"),
    path: isEntry,
    phase: oneOf("open", "committed", "lost"),
    isReplacing: optional(isTrue),
    unlinked: optional(isTrue),
    isDiscarded: optional(isTrue),
    isUnpublished: optional(isTrue),
    isInMemory: optional(isTrue),
    namedBy: isMemberId,
    writers: listOf(isMemberId),
    handles: listOf(isHandle),
    closes: isCount,
    readers: optional(listOf(isMemberId)),
    replaced: optional(isReplaced),
    overwriteCount: optional(isCount),
    overwrites: optional(listOf(isOverwritten)),
    readTo: optional(listOf(isMemberAt)),
    committedBy: optional(isMemberId),
    lostBy: optional(isMemberId),
    lostWhy: optional(isText),
    created: isTime,
    ended: optional(isTime),
  },
  restore: restoreFile,
};

function filePart(
  { unpublished }: WorkflowState,
  {
    rule: _,
    isReplacing,
    unlinked,
    isDiscarded,
    writers,
    holders,
    readers,
    replaced,
    overwrites,
    readTo,
    ...rest
  }: WorkflowFile,
): FilePart {
  return {
    ...rest,
    ...(isReplacing && { isReplacing }),
    ...(unlinked && { unlinked }),
    ...(isDiscarded && { isDiscarded }),
    ...(unpublished.has(rest.number) && { isUnpublished: true }),
    writers: [...writers],
    handles: holders
      .map(({ handle, member, since }) => [handle, member, since]),
    ...(readers && { readers: [...readers] }),
    ...(replaced && { replaced: [replaced.number, [...replaced.readers]] }),
    ...(overwrites && {
      overwrites: overwrites.map((
        { index, by, offset },
      ) => [index, by, offset]),
    }),
    ...(readTo && { readTo: [...readTo] }),
  };
}

function restoreFile(state: WorkflowState, part: FilePart): void {
  const { number, path, kind, namedBy, created, readers, replaced } = part;
  const file = newFile(number, path, kind, {
    by: namedBy,
    time: created,
    memory: part.isInMemory,
  });
  const { phase, closes, committedBy, lostBy, lostWhy, ended } = part;
  const { isReplacing, unlinked, isDiscarded, overwrites, readTo } = part;
  const { overwriteCount } = part;
  Object.assign(
    file,
    { phase, closes },
    isReplacing && { isReplacing },
    unlinked && { unlinked },
    isDiscarded && { isDiscarded },
    committedBy && { committedBy },
    lostBy && { lostBy },
    lostWhy !== undefined && { lostWhy },
    ended !== undefined && { ended },
    readers && { readers: memberSet(readers) },
    replaced && {
      replaced: { number: replaced[0], readers: memberSet(replaced[1]) },
    },
    overwriteCount && { overwriteCount },
    overwrites && {
      overwrites: overwrites.map(([index, by, offset]) => ({
        index,
        by,
        offset,
      })),
    },
    readTo && { readTo: new Map(readTo) },
  );
  file.writers = memberSet(part.writers);
  if (part.handles.length > 0) {
    file.holders = part.handles
      .map(([handle, member, since]) => ({ handle, member, since }));
    for (const { handle } of file.holders) state.handles.set(handle, file);
  }
  if (!file.unlinked) state.paths.set(path, file);
  if (phase === "open") state.pending.add(file);
  if (part.isUnpublished) state.unpublished.set(number, file);
}

function isHandle(value: unknown): value is Handle {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [handle, member, since] = value;
  if (typeof handle !== "string" || !isMemberId(member)) return false;
  const number = Number(handle.slice(member.length + 1));
  return handle === `${member}/${number}` && isCount(number) && isTime(since);
}

function isOverwritten(value: unknown): value is Overwritten {
  return Array.isArray(value) && value.length === 3 &&
    isCount(value[0]) && isMemberAt(value.slice(1));
}

function isMemberAt(value: unknown): value is MemberAt {
  return Array.isArray(value) && value.length === 2 &&
    isMemberId(value[0]) && isCount(value[1]);
}

function isReplaced(value: unknown): value is Replaced {
  return Array.isArray(value) && value.length === 2 && isCount(value[0]) &&
    listOf(isMemberId)(value[1]);
}
