import type { Flagged, PartCodec } from "./checkpoint_part.ts";
import {
  isCount,
  isEntry,
  isMemberId,
  isTime,
  isTrue,
  listOf,
  oneOf,
  optional,
} from "./field_checks.ts";
import { newFile, type WorkflowFile, type WorkflowState } from "./state.ts";

/** A file in a checkpoint. Its commit rule follows from its name. */
export interface FilePart extends Described {
  readonly writers: readonly string[];
  readonly handles: readonly Handle[];
  readonly readers?: readonly string[];
  readonly replaced?: Replaced;
  /** Set for a committed permanent file that is still in the spool. */
  readonly isUnpublished?: true;
}

type Described = Omit<
  Flagged<WorkflowFile, "isReplacing" | "unlinked" | "isDiscarded">,
  "rule" | "writers" | "handles" | "readers" | "replaced"
>;
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
    namedBy: isMemberId,
    writers: listOf(isMemberId),
    handles: listOf(isHandle),
    closes: isCount,
    readers: optional(listOf(isMemberId)),
    replaced: optional(isReplaced),
    committedBy: optional(isMemberId),
    lostBy: optional(isMemberId),
    created: isTime,
    ended: optional(isTime),
  },
  restore: restoreFile,
};

/** Returns all files that somebody can still ask for. */
export function filesOf(state: WorkflowState): WorkflowFile[] {
  const { paths, pending, handles, unpublished } = state;
  const unnamed = [...pending, ...handles.values(), ...unpublished.values()];
  return [...new Set([...paths.values(), ...unnamed])];
}

function filePart(
  { unpublished }: WorkflowState,
  {
    rule: _,
    isReplacing,
    unlinked,
    isDiscarded,
    writers,
    handles,
    readers,
    replaced,
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
    handles: [...handles]
      .map(([handle, { member, since }]) => [handle, member, since]),
    ...(readers && { readers: [...readers] }),
    ...(replaced && { replaced: [replaced.number, [...replaced.readers]] }),
  };
}

function restoreFile(state: WorkflowState, part: FilePart): void {
  const { number, path, kind, namedBy, created, readers, replaced } = part;
  const file = newFile(number, path, kind, { by: namedBy, time: created });
  const { phase, closes, committedBy, lostBy, ended } = part;
  const { isReplacing, unlinked, isDiscarded } = part;
  Object.assign(
    file,
    { phase, closes },
    isReplacing && { isReplacing },
    unlinked && { unlinked },
    isDiscarded && { isDiscarded },
    committedBy && { committedBy },
    lostBy && { lostBy },
    ended !== undefined && { ended },
    readers && { readers: new Set(readers) },
    replaced && {
      replaced: { number: replaced[0], readers: new Set(replaced[1]) },
    },
  );
  file.writers.clear();
  for (const writer of part.writers) file.writers.add(writer);
  for (const [handle, member, since] of part.handles) {
    file.handles.set(handle, { member, since });
    state.handles.set(handle, file);
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

function isReplaced(value: unknown): value is Replaced {
  return Array.isArray(value) && value.length === 2 && isCount(value[0]) &&
    listOf(isMemberId)(value[1]);
}
