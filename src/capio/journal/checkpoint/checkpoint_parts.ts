import { FILE_PART } from "./checkpoint_file.ts";
import {
  isCount,
  isEntry,
  isEntryOrRoot,
  isMemberId,
  isNormalOrRoot,
  isText,
  isTime,
  isTrue,
  listOf,
  optional,
} from "../events/mod.ts";
import {
  knownPath,
  type Moving,
  type Reading,
  type SizedReading,
  type Waiting,
} from "../state/mod.ts";
import { MEMBER, type Part, part } from "./rows.ts";
import { RUN_PARTS } from "./run_parts.ts";
import { TOLD_PARTS } from "./told_parts.ts";

/** The fields of each other kind of row. */
interface Parts {
  readonly folder: {
    readonly path: string;
    readonly most: number;
    readonly writers: readonly string[];
  };
  readonly input: { readonly path: string; readonly member: string };
  readonly given: { readonly path: string };
  readonly publishing: { readonly member: string; readonly file: number };
  readonly moving: Moving;
  readonly reading: Reading;
  readonly sizedReading: SizedReading;
  readonly wait: Waiting & { readonly wait: number };
  readonly await: { readonly path: string; readonly member: string };
}

type PartName =
  | keyof typeof RUN_PARTS
  | "file"
  | keyof typeof TOLD_PARTS
  | keyof Parts;

/**
 * The parts of a state in the order in which they are written, so that each finds
 * what it builds on. The engine, the entries of directories and the sets of
 * pending files follow from them.
 */
export const CHECKPOINT_PARTS: Readonly<Record<PartName, Part>> = {
  ...RUN_PARTS,
  file: FILE_PART,
  folder: part<Parts["folder"]>({
    take: ({ folders }) =>
      [...folders].map(([path, { most, writers }]) => ({
        path,
        most,
        writers: [...writers],
      })),
    columns: {
      path: isEntryOrRoot,
      most: isCount,
      writers: listOf(isMemberId),
    },
    restore: ({ folders }, { path, most, writers }) =>
      folders.set(path, {
        entries: 0,
        most,
        writers: new Set(writers),
      }),
  }),
  input: part<Parts["input"]>({
    take: ({ inputs }) =>
      [...inputs].flatMap(([path, members]) =>
        [...members].map((member) => ({ path, member }))
      ),
    columns: { path: isEntryOrRoot, member: MEMBER },
    restore: ({ inputs }, { path, member }) =>
      inputs.getOrInsertComputed(path, () => new Set()).add(member),
  }),
  publishing: part<Parts["publishing"]>({
    take: ({ publishing }) =>
      [...publishing].map(([member, { number }]) => ({ member, file: number })),
    columns: { member: MEMBER, file: isCount },
    restore: ({ publishing, unpublished }, { member, file: number }) => {
      const file = unpublished.get(number);
      if (file) publishing.set(member, file);
    },
  }),
  given: part<Parts["given"]>({
    take: ({ given }) => [...given].map((path) => ({ path })),
    columns: { path: isEntryOrRoot },
    restore: ({ given }, { path }) => given.add(path),
  }),
  miss: TOLD_PARTS.miss,
  staleRead: TOLD_PARTS.staleRead,
  rewrite: TOLD_PARTS.rewrite,
  rewriter: TOLD_PARTS.rewriter,
  copy: TOLD_PARTS.copy,
  pathReading: TOLD_PARTS.pathReading,
  moving: part<Parts["moving"]>({
    take: ({ moving }) => moving ? [moving] : [],
    columns: { member: MEMBER, from: isEntry, to: isEntry },
    restore: (state, moving) => state.moving = moving,
  }),
  seen: TOLD_PARTS.seen,
  listing: TOLD_PARTS.listing,
  remover: TOLD_PARTS.remover,
  removal: TOLD_PARTS.removal,
  replacedPath: TOLD_PARTS.replacedPath,
  reading: part<Parts["reading"]>({
    take: ({ readings }) => readings.values(),
    columns: {
      member: MEMBER,
      path: isEntry,
      first: isTime,
      latest: isTime,
      bytes: isCount,
    },
    restore: (state, { member, path, first, latest, bytes }) =>
      state.readings.set(
        `${member}/${path}`,
        // An object of its own takes less than one of a row.
        { member, path: knownPath(state, path), first, latest, bytes },
      ),
  }),
  sizedReading: part<Parts["sizedReading"]>({
    take: ({ sizedReadings }) => sizedReadings,
    columns: {
      member: MEMBER,
      path: isEntry,
      file: isCount,
      told: isCount,
      size: optional(isCount),
      readTo: optional(isCount),
      ifLost: optional(isTrue),
    },
    restore: ({ sizedReadings }, it) => sizedReadings.push(it),
  }),
  wait: part<Parts["wait"]>({
    take: ({ waits }) =>
      [...waits].map(([key, waiting]) => ({ ...waiting, wait: numberOf(key) })),
    columns: {
      wait: isCount,
      member: MEMBER,
      path: isNormalOrRoot,
      why: isText,
      since: isTime,
    },
    restore: ({ waits }, { wait, member, path, why, since }) =>
      waits.set(`${member}/${wait}`, { member, path, why, since }),
  }),
  await: part<Parts["await"]>({
    take: ({ awaits }) =>
      [...awaits.members].flatMap(([path, members]) =>
        [...members].map((member) => ({ path, member }))
      ),
    columns: { path: isEntryOrRoot, member: MEMBER },
    restore: ({ awaits }, { path, member }) => awaits.add(path, member),
  }),
};

/** Returns the number at the end of the key `member/number`. */
function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf("/") + 1));
}
