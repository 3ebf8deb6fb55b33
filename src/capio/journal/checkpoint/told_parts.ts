import { SmallMap } from "../../../internal/mod.ts";
import {
  isCount,
  isEntry,
  isEntryOrRoot,
  isMemberId,
  isTrue,
  listOf,
  oneOf,
  optional,
} from "../events/mod.ts";
import {
  knownPath,
  type Rewrite,
  setRewrite,
  type StaleRead,
} from "../state/mod.ts";
import { MEMBER, OPTIONAL_MEMBER, type Part, part } from "./rows.ts";

/** The fields of each kind of row about answers and readings. */
interface ToldParts {
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
}

/** Answers and readings that later events may make out of date, or have made. */
export const TOLD_PARTS: Readonly<Record<keyof ToldParts, Part>> = {
  miss: part<ToldParts["miss"]>({
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
  staleRead: part<ToldParts["staleRead"]>({
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
  rewrite: part<ToldParts["rewrite"]>({
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
    restore: (state, rewrite) => setRewrite(state, rewrite),
  }),
  rewriter: part<ToldParts["rewriter"]>({
    take: ({ rewriters }) =>
      [...rewriters].map(([file, member]) => ({ file, member })),
    columns: { file: isCount, member: MEMBER },
    restore: ({ rewriters }, { file, member }) => rewriters.set(file, member),
  }),
  copy: part<ToldParts["copy"]>({
    take: ({ copies }) =>
      [...copies].map(([file, original]) => ({ file, original })),
    columns: { file: isCount, original: isCount },
    restore: ({ copies }, { file, original }) => copies.set(file, original),
  }),
  pathReading: part<ToldParts["pathReading"]>({
    take: ({ pathReadings }) =>
      entriesOf(pathReadings)
        .map(([path, member, reading]) => ({ path, member, ...reading })),
    columns: {
      path: isEntry,
      member: MEMBER,
      number: isCount,
      replacedBy: OPTIONAL_MEMBER,
    },
    restore: (state, { path, member, number, replacedBy }) =>
      state.pathReadings
        .getOrInsertComputed(knownPath(state, path), () => new SmallMap())
        .set(member, { number, replacedBy }),
  }),
  seen: part<ToldParts["seen"]>({
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
  listing: part<ToldParts["listing"]>({
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
  remover: part<ToldParts["remover"]>({
    take: ({ removers }) =>
      [...removers].map(([path, member]) => ({ path, member })),
    columns: { path: isEntry, member: MEMBER },
    restore: ({ removers }, { path, member }) => removers.set(path, member),
  }),
  removal: part<ToldParts["removal"]>({
    take: ({ removals }) =>
      entriesOf(removals)
        .map(([path, reader, remover]) => ({ path, reader, remover })),
    columns: { path: isEntryOrRoot, reader: MEMBER, remover: MEMBER },
    restore: ({ removals }, { path, reader, remover }) =>
      removals.getOrInsertComputed(path, () => new Map()).set(reader, remover),
  }),
  replacedPath: part<ToldParts["replacedPath"]>({
    take: ({ replacedPaths }) => [...replacedPaths].map((path) => ({ path })),
    columns: { path: isEntry },
    restore: ({ replacedPaths }, { path }) => replacedPaths.add(path),
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

function isPathOfMember(
  value: unknown,
): value is readonly [path: string, member: string] {
  return Array.isArray(value) && value.length === 2 && isEntry(value[0]) &&
    isMemberId(value[1]);
}
