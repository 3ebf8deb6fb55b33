import {
  type Guard,
  hasFields,
  isCount,
  isEntry,
  isMemberId,
  isText,
  isTime,
  isTrue,
  listOf,
  optional,
} from "../events/mod.ts";
import {
  filesOf,
  memberSet,
  newFile,
  type WorkflowFile,
  type WorkflowState,
} from "../state/mod.ts";
import type { IdDecoder, IdEncoder, Part } from "./rows.ts";

const KINDS = ["file", "directory", "symlink"] as const;
const PHASES = ["open", "committed", "lost"] as const;

/** What most files do not have: a field is left out where it is as usual. */
interface Details {
  readonly isReplacing?: true;
  readonly isCopy?: true;
  readonly unlinked?: true;
  readonly isDiscarded?: true;
  readonly isInMemory?: true;
  readonly isInPlace?: true;
  /** Set for a committed permanent file that is still in the spool. */
  readonly isUnpublished?: true;
  /** Usually the member that has named it, alone. */
  readonly writers?: readonly string[];
  readonly handles?: readonly Handle[];
  /** Usually one. */
  readonly closes?: number;
  readonly readers?: readonly string[];
  readonly replaced?: Replaced;
  readonly overwriteCount?: number;
  readonly overwrites?: readonly Overwritten[];
  readonly readTo?: readonly MemberAt[];
  /** Usually the member that has named it; `null` for none. */
  readonly committedBy?: string | null;
  readonly lostBy?: string;
  readonly lostWhy?: string;
}

type Overwritten = readonly [index: number, by: string, offset: number];
/** A member, and an offset in a file. */
type MemberAt = readonly [member: string, offset: number];
type Handle = readonly [handle: string, member: string, since: number];
type Replaced = readonly [number: number, readers: readonly string[]];

/**
 * Files that have a name, in the order of their names, and then the others. A row
 * is `[path, number, kind and phase, member that named it, created, time until
 * its end, details]`. The commit rule follows from the name.
 */
export const FILE_PART: Part = {
  *rows(state, ids) {
    for (const file of filesOf(state)) yield fileRow(state, file, ids);
  },
  restore: restoreFile,
};

function fileRow(
  state: WorkflowState,
  file: WorkflowFile,
  ids: IdEncoder,
): readonly unknown[] {
  const { path, number, kind, phase, namedBy, created, ended } = file;
  const code = KINDS.indexOf(kind) * PHASES.length + PHASES.indexOf(phase);
  const row = [
    ...[path, number, code, ids.encode(namedBy), created],
    ended === undefined ? null : ended - created,
  ];
  const details = detailsOf(state, file);
  return Object.keys(details).length > 0 ? [...row, details] : row;
}

function detailsOf(
  { unpublished }: WorkflowState,
  file: WorkflowFile,
): Details {
  const { writers, namedBy, closes, committedBy, lostBy, lostWhy } = file;
  const { readers, replaced, overwriteCount, overwrites, readTo } = file;
  const isUsual = writers.size === 1 && writers.has(namedBy);
  const committer = file.phase === "committed" ? namedBy : undefined;
  return {
    ...(file.isReplacing && { isReplacing: true }),
    ...(file.isCopy && { isCopy: true }),
    ...(file.unlinked && { unlinked: true }),
    ...(file.isDiscarded && { isDiscarded: true }),
    ...(file.isInMemory && { isInMemory: true }),
    ...(file.isInPlace && { isInPlace: true }),
    ...(unpublished.has(file.number) && { isUnpublished: true }),
    ...(!isUsual && { writers: [...writers] }),
    ...(file.holders.length > 0 && {
      handles: file.holders
        .map(({ handle, member, since }) => [handle, member, since] as const),
    }),
    ...(closes !== 1 && { closes }),
    ...(readers && { readers: [...readers] }),
    ...(replaced && { replaced: [replaced.number, [...replaced.readers]] }),
    ...(overwriteCount && { overwriteCount }),
    ...(overwrites && {
      overwrites: overwrites
        .map(({ index, by, offset }) => [index, by, offset] as const),
    }),
    ...(readTo && { readTo: [...readTo] }),
    ...(committedBy !== committer && { committedBy: committedBy ?? null }),
    ...(lostBy && { lostBy }),
    ...(lostWhy !== undefined && { lostWhy }),
  };
}

function restoreFile(
  state: WorkflowState,
  row: readonly unknown[],
  ids: IdDecoder,
): boolean {
  // There may be a million rows, which iterators would make much slower.
  const path = row[0];
  const number = row[1];
  const code = row[2];
  const namedBy = ids.decode(row[3]);
  const created = row[4];
  const lasted = row[5];
  const details = row[6];
  if (!isEntry(path) || !isCount(number) || !isCount(code)) return false;
  const kind = KINDS[Math.floor(code / PHASES.length)];
  if (kind === undefined || namedBy === undefined) return false;
  if (!isTime(created) || row.length > 7) return false;
  const phase = PHASES[code % PHASES.length];
  const file = newFile(number, path, kind, { by: namedBy, time: created });
  file.phase = phase;
  file.closes = 1;
  if (phase === "committed") file.committedBy = namedBy;
  if (typeof lasted === "number") file.ended = created + lasted;
  if (details !== undefined) {
    if (!isDetails(details)) return false;
    addDetails(state, file, details);
  }
  if (!file.unlinked) state.paths.set(path, file);
  if (phase === "open") state.pending.add(file);
  return true;
}

function addDetails(
  state: WorkflowState,
  file: WorkflowFile,
  {
    isUnpublished,
    writers,
    handles,
    readers,
    replaced,
    overwrites,
    readTo,
    committedBy,
    ...plain
  }: Details,
): void {
  Object.assign(
    file,
    plain,
    committedBy !== undefined && { committedBy: committedBy ?? undefined },
    writers && { writers: memberSet(writers) },
    readers && { readers: memberSet(readers) },
    replaced && {
      replaced: { number: replaced[0], readers: memberSet(replaced[1]) },
    },
    overwrites && {
      overwrites: overwrites
        .map(([index, by, offset]) => ({ index, by, offset })),
    },
    readTo && { readTo: new Map(readTo) },
  );
  if (handles) {
    file.holders = handles
      .map(([handle, member, since]) => ({ handle, member, since }));
    for (const { handle } of file.holders) state.handles.set(handle, file);
  }
  if (isUnpublished) state.unpublished.set(file.number, file);
}

const DETAILS: readonly [string, Guard<unknown>][] = Object.entries<
  Guard<unknown>
>(
  {
    isReplacing: optional(isTrue),
    isCopy: optional(isTrue),
    unlinked: optional(isTrue),
    isDiscarded: optional(isTrue),
    isInMemory: optional(isTrue),
    isInPlace: optional(isTrue),
    isUnpublished: optional(isTrue),
    writers: optional(listOf(isMemberId)),
    handles: optional(listOf(isHandle)),
    closes: optional(isCount),
    readers: optional(listOf(isMemberId)),
    replaced: optional(isReplaced),
    overwriteCount: optional(isCount),
    overwrites: optional(listOf(isOverwritten)),
    readTo: optional(listOf(isMemberAt)),
    committedBy: isMemberOrNone,
    lostBy: optional(isMemberId),
    lostWhy: optional(isText),
  } satisfies {
    readonly [Name in keyof Required<Details>]: Guard<Details[Name]>;
  },
);

function isDetails(value: unknown): value is Details {
  return typeof value === "object" && value !== null &&
    hasFields({ ...value, event: "file" }, DETAILS);
}

function isMemberOrNone(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || isMemberId(value);
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
