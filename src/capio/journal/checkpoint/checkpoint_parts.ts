import type { CapioClRule } from "../../cl/mod.ts";
import { FILE_PART } from "./checkpoint_file.ts";
import {
  isCount,
  isEntry,
  isEntryOrRoot,
  isMemberId,
  isName,
  isNormalOrRoot,
  isText,
  isTime,
  isTrue,
  listOf,
  oneOf,
  optional,
} from "../events/mod.ts";
import type {
  App,
  Forgotten,
  Member,
  MemoryDirectory,
  Moving,
  Reading,
  Rewrite,
  SizedReading,
  StaleRead,
  Waiting,
} from "../state/mod.ts";
import { MEMBER, OPTIONAL_MEMBER, type Part, part } from "./rows.ts";

/** An object whose flags are left out where they do not hold. */
type Flagged<T, Names extends keyof T> =
  & Omit<T, Names>
  & { readonly [Name in Names]?: true };

/** The fields of each kind of row in a checkpoint. */
interface Parts {
  readonly counts: {
    readonly created: number;
    readonly renamings: number;
    readonly turns: number;
    readonly passedOver: number;
    readonly unfinishedFrom: number;
  };
  readonly forgotten: Forgotten;
  readonly unfinished: { readonly file: number; readonly lostBy?: string };
  readonly document: { readonly text: string };
  readonly rule: { readonly rule: unknown };
  readonly plan: { readonly steps: readonly string[]; readonly by?: string };
  readonly memory: MemoryDirectory;
  readonly member: Flagged<Member, "isWorker">;
  readonly app: App;
  readonly folder: {
    readonly path: string;
    readonly most: number;
    readonly writers: readonly string[];
  };
  readonly input: { readonly path: string; readonly member: string };
  readonly given: { readonly path: string };
  readonly miss: {
    readonly path: string;
    readonly member: string;
    readonly asked?: true;
    readonly writer?: string;
  };
  readonly staleRead: StaleRead;
  readonly rewrite: Rewrite;
  readonly rewriter: { readonly file: number; readonly member: string };
  readonly copy: { readonly file: number; readonly original: number };
  readonly pathReading: {
    readonly path: string;
    readonly member: string;
    readonly number: number;
    readonly replacedBy?: string;
  };
  readonly moving: Moving;
  readonly seen: {
    readonly path: string;
    readonly member: string;
    readonly looked?: true;
  };
  readonly listing: {
    readonly path: string;
    readonly member: string;
    readonly missed: readonly (readonly [path: string, writer: string])[];
  };
  readonly remover: { readonly path: string; readonly member: string };
  readonly removal: {
    readonly path: string;
    readonly reader: string;
    readonly remover: string;
  };
  readonly replacedPath: { readonly path: string };
  readonly reading: Reading;
  readonly sizedReading: SizedReading;
  readonly wait: Waiting & { readonly wait: number };
  readonly await: { readonly path: string; readonly member: string };
}

/**
 * The parts of a state in the order in which they are written, so that each finds
 * what it builds on. The engine, the entries of directories and the sets of
 * pending files follow from them.
 */
export const CHECKPOINT_PARTS: Readonly<Record<keyof Parts | "file", Part>> = {
  counts: part<Parts["counts"]>({
    take: ({ created, renamings, turns, passedOver, unfinishedFrom }) => [
      { created, renamings, turns, passedOver, unfinishedFrom },
    ],
    columns: {
      created: isCount,
      renamings: isCount,
      turns: isCount,
      passedOver: isCount,
      unfinishedFrom: isCount,
    },
    restore: (state, counts) => Object.assign(state, counts),
  }),
  forgotten: part<Parts["forgotten"]>({
    take: ({ forgotten }) => [forgotten],
    columns: {
      members: isCount,
      failures: isCount,
      staleReads: isCount,
      rewrites: isCount,
    },
    restore: ({ forgotten }, counts) => Object.assign(forgotten, counts),
  }),
  unfinished: part<Parts["unfinished"]>({
    take: ({ unfinished }) =>
      [...unfinished]
        .map(([file, lostBy]) => lostBy === "" ? { file } : { file, lostBy }),
    columns: { file: isCount, lostBy: OPTIONAL_MEMBER },
    restore: ({ unfinished }, { file, lostBy = "" }) =>
      unfinished.set(file, lostBy),
  }),
  document: part<Parts["document"]>({
    take: ({ documents }) => [...documents].map((text) => ({ text })),
    columns: { text: isText },
    restore: ({ documents }, { text }) => documents.add(text),
  }),
  rule: part<Parts["rule"]>({
    take: ({ rules }) => rules.map((rule) => ({ rule })),
    // The engine checks each rule when it is built.
    columns: { rule: isAnything },
    restore: ({ rules }, { rule }) => rules.push(rule as CapioClRule),
  }),
  plan: part<Parts["plan"]>({
    take: ({ steps, planner }) =>
      steps.length > 0 ? [{ steps, by: planner }] : [],
    columns: { steps: listOf(isName), by: OPTIONAL_MEMBER },
    restore: (state, { steps, by }) => {
      state.steps = steps;
      state.planner = by;
    },
  }),
  memory: part<Parts["memory"]>({
    take: ({ memory }) => memory ? [memory] : [],
    columns: { dir: isName, id: isName, app: isName },
    restore: (state, memory) => state.memory = memory,
  }),
  member: part<Parts["member"]>({
    take: ({ members }) =>
      [...members.values()].map(({ isWorker, ...member }) => ({
        ...member,
        ...(isWorker && { isWorker }),
      })),
    columns: {
      id: MEMBER,
      app: isName,
      pid: isCount,
      joined: isTime,
      isWorker: optional(isTrue),
      isThread: optional(isTrue),
      host: optional(isMemberId),
      came: isCount,
      went: optional(isCount),
      ending: optional(oneOf("left", "failed", "lost")),
      ended: optional(isTime),
      why: optional(isText),
      isReported: optional(isTrue),
    },
    restore: ({ members }, member) =>
      members.set(member.id, { isWorker: false, ...member }),
  }),
  app: part<Parts["app"]>({
    take: ({ apps }) => apps.values(),
    columns: {
      name: isName,
      joined: isCount,
      running: isCount,
      lostBy: OPTIONAL_MEMBER,
    },
    restore: ({ apps }, app) => apps.set(app.name, app),
  }),
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
  given: part<Parts["given"]>({
    take: ({ given }) => [...given].map((path) => ({ path })),
    columns: { path: isEntryOrRoot },
    restore: ({ given }, { path }) => given.add(path),
  }),
  miss: part<Parts["miss"]>({
    take: ({ misses }) =>
      entriesOf(misses).map(([path, member, { asked, writer }]) => ({
        path,
        member,
        writer,
        ...(asked && { asked }),
      })),
    columns: {
      path: isEntryOrRoot,
      member: MEMBER,
      asked: optional(isTrue),
      writer: OPTIONAL_MEMBER,
    },
    restore: ({ misses }, { path, member, asked = false, writer }) =>
      misses.getOrInsertComputed(path, () => new Map()).set(member, {
        asked,
        writer,
      }),
  }),
  staleRead: part<Parts["staleRead"]>({
    take: ({ staleReads }) => staleReads,
    columns: {
      path: isEntryOrRoot,
      reader: MEMBER,
      writer: MEMBER,
      isMiss: optional(isTrue),
      isLate: optional(isTrue),
      isQuestion: optional(isTrue),
      isListing: optional(isTrue),
    },
    restore: ({ staleReads }, read) => staleReads.push(read),
  }),
  rewrite: part<Parts["rewrite"]>({
    take: ({ rewrites }) => rewrites.values(),
    columns: {
      path: isEntry,
      reader: MEMBER,
      writer: MEMBER,
      kind: oneOf(
        "reopened",
        "replaced",
        "overwritten",
        "removed",
        "undone",
      ),
    },
    restore: ({ rewrites }, rewrite) => {
      const { reader, writer, path } = rewrite;
      rewrites.set(`${reader} ${writer} ${path}`, rewrite);
    },
  }),
  rewriter: part<Parts["rewriter"]>({
    take: ({ rewriters }) =>
      [...rewriters].map(([file, member]) => ({ file, member })),
    columns: { file: isCount, member: MEMBER },
    restore: ({ rewriters }, { file, member }) => rewriters.set(file, member),
  }),
  copy: part<Parts["copy"]>({
    take: ({ copies }) =>
      [...copies].map(([file, original]) => ({ file, original })),
    columns: { file: isCount, original: isCount },
    restore: ({ copies }, { file, original }) => copies.set(file, original),
  }),
  pathReading: part<Parts["pathReading"]>({
    take: ({ pathReadings }) =>
      entriesOf(pathReadings)
        .map(([path, member, reading]) => ({ path, member, ...reading })),
    columns: {
      path: isEntry,
      member: MEMBER,
      number: isCount,
      replacedBy: OPTIONAL_MEMBER,
    },
    restore: ({ pathReadings }, { path, member, number, replacedBy }) =>
      pathReadings.getOrInsertComputed(path, () => new Map()).set(member, {
        number,
        replacedBy,
      }),
  }),
  moving: part<Parts["moving"]>({
    take: ({ moving }) => moving ? [moving] : [],
    columns: { member: MEMBER, from: isEntry, to: isEntry },
    restore: (state, moving) => state.moving = moving,
  }),
  seen: part<Parts["seen"]>({
    take: ({ seen }) =>
      entriesOf(seen).map(([path, member, looked]) => ({
        path,
        member,
        ...(looked && { looked }),
      })),
    columns: {
      path: isEntryOrRoot,
      member: MEMBER,
      looked: optional(isTrue),
    },
    restore: ({ seen }, { path, member, looked = false }) =>
      seen.getOrInsertComputed(path, () => new Map()).set(member, looked),
  }),
  listing: part<Parts["listing"]>({
    take: ({ listings }) =>
      entriesOf(listings).map(([path, member, missed]) => ({
        path,
        member,
        missed: [...missed],
      })),
    columns: {
      path: isEntryOrRoot,
      member: MEMBER,
      missed: listOf(isPathOfMember),
    },
    restore: ({ listings }, { path, member, missed }) =>
      listings.getOrInsertComputed(path, () => new Map()).set(
        member,
        new Map(missed),
      ),
  }),
  remover: part<Parts["remover"]>({
    take: ({ removers }) =>
      [...removers].map(([path, member]) => ({ path, member })),
    columns: { path: isEntry, member: MEMBER },
    restore: ({ removers }, { path, member }) => removers.set(path, member),
  }),
  removal: part<Parts["removal"]>({
    take: ({ removals }) =>
      entriesOf(removals)
        .map(([path, reader, remover]) => ({ path, reader, remover })),
    columns: { path: isEntryOrRoot, reader: MEMBER, remover: MEMBER },
    restore: ({ removals }, { path, reader, remover }) =>
      removals.getOrInsertComputed(path, () => new Map()).set(reader, remover),
  }),
  replacedPath: part<Parts["replacedPath"]>({
    take: ({ replacedPaths }) => [...replacedPaths].map((path) => ({ path })),
    columns: { path: isEntry },
    restore: ({ replacedPaths }, { path }) => replacedPaths.add(path),
  }),
  reading: part<Parts["reading"]>({
    take: ({ readings }) => readings.values(),
    columns: {
      member: MEMBER,
      path: isEntry,
      first: isTime,
      latest: isTime,
      bytes: isCount,
    },
    restore: ({ readings }, reading) =>
      readings.set(`${reading.member}/${reading.path}`, reading),
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

/** All entries of maps in a map, each with both keys. */
function entriesOf<T>(
  maps: ReadonlyMap<string, ReadonlyMap<string, T>>,
): [outer: string, inner: string, value: T][] {
  return [...maps].flatMap(([outer, map]) =>
    [...map].map(([inner, value]): [string, string, T] => [outer, inner, value])
  );
}

/** Returns the number at the end of the key `member/number`. */
function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf("/") + 1));
}

function isPathOfMember(
  value: unknown,
): value is readonly [path: string, member: string] {
  return Array.isArray(value) && value.length === 2 && isEntry(value[0]) &&
    isMemberId(value[1]);
}

function isAnything(_value: unknown): _value is unknown {
  return true;
}
