import type { CapioClRule } from "../../cl/mod.ts";
import { FILE_PART, type FilePart } from "./checkpoint_file.ts";
import type { Flagged, PartCodec } from "./checkpoint_part.ts";
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
  Member,
  MemoryDirectory,
  Moving,
  Reading,
  Rewrite,
  SizedReading,
  StaleRead,
  Waiting,
} from "../state/mod.ts";

/** The fields of each kind of line in a checkpoint. */
interface Parts {
  readonly counts: {
    readonly created: number;
    readonly renamings: number;
    readonly turns: number;
    readonly passedOver: number;
  };
  readonly document: { readonly text: string };
  readonly rule: { readonly rule: unknown };
  readonly plan: { readonly steps: readonly string[]; readonly by?: string };
  readonly memory: MemoryDirectory;
  readonly member: Flagged<Member, "isWorker">;
  readonly app: App;
  readonly file: FilePart;
  readonly folder: {
    readonly path: string;
    readonly most: number;
    readonly writers: readonly string[];
  };
  readonly input: {
    readonly path: string;
    readonly members: readonly string[];
  };
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
  readonly await: {
    readonly path: string;
    readonly members: readonly string[];
  };
}

/**
 * The parts of a state in the order in which they are written, so that each finds
 * what it builds on. The engine, the entries of directories and the sets of
 * pending files follow from them.
 */
export const CHECKPOINT_PARTS: {
  readonly [Part in keyof Parts]: PartCodec<Parts[Part]>;
} = {
  counts: {
    take: ({ created, renamings, turns, passedOver }) => [
      { created, renamings, turns, passedOver },
    ],
    fields: {
      created: isCount,
      renamings: isCount,
      turns: isCount,
      passedOver: isCount,
    },
    restore: (state, counts) => Object.assign(state, withoutPart(counts)),
  },
  document: {
    take: ({ documents }) => [...documents].map((text) => ({ text })),
    fields: { text: isText },
    restore: ({ documents }, { text }) => documents.add(text),
  },
  rule: {
    take: ({ rules }) => rules.map((rule) => ({ rule })),
    // The engine checks each rule when it is built.
    fields: { rule: isAnything },
    restore: ({ rules }, { rule }) => rules.push(rule as CapioClRule),
  },
  plan: {
    take: ({ steps, planner }) =>
      steps.length > 0 ? [{ steps, by: planner }] : [],
    fields: { steps: listOf(isName), by: optional(isMemberId) },
    restore: (state, { steps, by }) => {
      state.steps = steps;
      state.planner = by;
    },
  },
  memory: {
    take: ({ memory }) => memory ? [memory] : [],
    fields: { dir: isName, id: isName, app: isName },
    restore: (state, memory) => state.memory = withoutPart(memory),
  },
  member: {
    take: ({ members }) =>
      [...members.values()].map(({ isWorker, ...member }) => ({
        ...member,
        ...(isWorker && { isWorker }),
      })),
    fields: {
      id: isMemberId,
      app: isName,
      pid: isCount,
      joined: isTime,
      isWorker: optional(isTrue),
      isThread: optional(isTrue),
      came: isCount,
      went: optional(isCount),
      ending: optional(oneOf("left", "failed", "lost")),
      ended: optional(isTime),
      why: optional(isText),
      isReported: optional(isTrue),
    },
    restore: ({ members }, member) =>
      members.set(member.id, { isWorker: false, ...withoutPart(member) }),
  },
  app: {
    take: ({ apps }) => apps.values(),
    fields: {
      name: isName,
      joined: isCount,
      running: isCount,
      lostBy: optional(isMemberId),
    },
    restore: ({ apps }, app) => apps.set(app.name, withoutPart(app)),
  },
  file: FILE_PART,
  folder: {
    take: ({ folders }) =>
      [...folders].map(([path, { most, writers }]) => ({
        path,
        most,
        writers: [...writers],
      })),
    fields: { path: isEntryOrRoot, most: isCount, writers: listOf(isMemberId) },
    restore: ({ folders }, { path, most, writers }) =>
      folders.set(path, {
        entries: 0,
        most,
        writers: new Set(writers),
      }),
  },
  input: {
    take: ({ inputs }) =>
      [...inputs].map(([path, members]) => ({ path, members: [...members] })),
    fields: { path: isEntryOrRoot, members: listOf(isMemberId) },
    restore: ({ inputs }, { path, members }) =>
      inputs.set(path, new Set(members)),
  },
  given: {
    take: ({ given }) => [...given].map((path) => ({ path })),
    fields: { path: isEntryOrRoot },
    restore: ({ given }, { path }) => given.add(path),
  },
  miss: {
    take: ({ misses }) =>
      entriesOf(misses).map(([path, member, { asked, writer }]) => ({
        path,
        member,
        writer,
        ...(asked && { asked }),
      })),
    fields: {
      path: isEntryOrRoot,
      member: isMemberId,
      asked: optional(isTrue),
      writer: optional(isMemberId),
    },
    restore: ({ misses }, { path, member, asked = false, writer }) =>
      mapAt(misses, path).set(member, { asked, writer }),
  },
  staleRead: {
    take: ({ staleReads }) => staleReads,
    fields: {
      path: isEntryOrRoot,
      reader: isMemberId,
      writer: isMemberId,
      isMiss: optional(isTrue),
      isLate: optional(isTrue),
      isQuestion: optional(isTrue),
      isListing: optional(isTrue),
    },
    restore: ({ staleReads }, read) => staleReads.push(withoutPart(read)),
  },
  rewrite: {
    take: ({ rewrites }) => rewrites.values(),
    fields: {
      path: isEntry,
      reader: isMemberId,
      writer: isMemberId,
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
      rewrites.set(`${reader} ${writer} ${path}`, withoutPart(rewrite));
    },
  },
  rewriter: {
    take: ({ rewriters }) =>
      [...rewriters].map(([file, member]) => ({ file, member })),
    fields: { file: isCount, member: isMemberId },
    restore: ({ rewriters }, { file, member }) => rewriters.set(file, member),
  },
  copy: {
    take: ({ copies }) =>
      [...copies].map(([file, original]) => ({ file, original })),
    fields: { file: isCount, original: isCount },
    restore: ({ copies }, { file, original }) => copies.set(file, original),
  },
  pathReading: {
    take: ({ pathReadings }) =>
      entriesOf(pathReadings)
        .map(([path, member, reading]) => ({ path, member, ...reading })),
    fields: {
      path: isEntry,
      member: isMemberId,
      number: isCount,
      replacedBy: optional(isMemberId),
    },
    restore: ({ pathReadings }, { path, member, number, replacedBy }) =>
      mapAt(pathReadings, path).set(member, { number, replacedBy }),
  },
  moving: {
    take: ({ moving }) => moving ? [moving] : [],
    fields: { member: isMemberId, from: isEntry, to: isEntry },
    restore: (state, moving) => state.moving = withoutPart(moving),
  },
  seen: {
    take: ({ seen }) =>
      entriesOf(seen).map(([path, member, looked]) => ({
        path,
        member,
        ...(looked && { looked }),
      })),
    fields: {
      path: isEntryOrRoot,
      member: isMemberId,
      looked: optional(isTrue),
    },
    restore: ({ seen }, { path, member, looked = false }) =>
      mapAt(seen, path).set(member, looked),
  },
  listing: {
    take: ({ listings }) =>
      entriesOf(listings).map(([path, member, missed]) => ({
        path,
        member,
        missed: [...missed],
      })),
    fields: {
      path: isEntryOrRoot,
      member: isMemberId,
      missed: listOf(isPathOfMember),
    },
    restore: ({ listings }, { path, member, missed }) =>
      mapAt(listings, path).set(member, new Map(missed)),
  },
  remover: {
    take: ({ removers }) =>
      [...removers].map(([path, member]) => ({ path, member })),
    fields: { path: isEntry, member: isMemberId },
    restore: ({ removers }, { path, member }) => removers.set(path, member),
  },
  removal: {
    take: ({ removals }) =>
      entriesOf(removals)
        .map(([path, reader, remover]) => ({ path, reader, remover })),
    fields: { path: isEntryOrRoot, reader: isMemberId, remover: isMemberId },
    restore: ({ removals }, { path, reader, remover }) =>
      mapAt(removals, path).set(reader, remover),
  },
  replacedPath: {
    take: ({ replacedPaths }) => [...replacedPaths].map((path) => ({ path })),
    fields: { path: isEntry },
    restore: ({ replacedPaths }, { path }) => replacedPaths.add(path),
  },
  reading: {
    take: ({ readings }) => readings.values(),
    fields: {
      member: isMemberId,
      path: isEntry,
      first: isTime,
      latest: isTime,
      bytes: isCount,
    },
    restore: ({ readings }, reading) =>
      readings.set(`${reading.member}/${reading.path}`, withoutPart(reading)),
  },
  sizedReading: {
    take: ({ sizedReadings }) => sizedReadings,
    fields: {
      member: isMemberId,
      path: isEntry,
      file: isCount,
      told: isCount,
      size: optional(isCount),
      readTo: optional(isCount),
      ifLost: optional(isTrue),
    },
    restore: ({ sizedReadings }, it) => sizedReadings.push(withoutPart(it)),
  },
  wait: {
    take: ({ waits }) =>
      [...waits].map(([key, waiting]) => ({ ...waiting, wait: numberOf(key) })),
    fields: {
      wait: isCount,
      member: isMemberId,
      path: isNormalOrRoot,
      why: isText,
      since: isTime,
    },
    restore: ({ waits }, { wait, member, path, why, since }) =>
      waits.set(`${member}/${wait}`, { member, path, why, since }),
  },
  await: {
    take: ({ awaits }) =>
      [...awaits.members]
        .map(([path, members]) => ({ path, members: [...members] })),
    fields: { path: isEntryOrRoot, members: listOf(isMemberId) },
    restore: ({ awaits }, { path, members }) => {
      for (const member of members) awaits.add(path, member);
    },
  },
};

/** All entries of maps in a map, each with both keys. */
function entriesOf<T>(
  maps: ReadonlyMap<string, ReadonlyMap<string, T>>,
): [outer: string, inner: string, value: T][] {
  return [...maps].flatMap(([outer, map]) =>
    [...map].map(([inner, value]): [string, string, T] => [outer, inner, value])
  );
}

function mapAt<T>(
  maps: Map<string, Map<string, T>>,
  key: string,
): Map<string, T> {
  const present = maps.get(key);
  if (present) return present;
  const created = new Map<string, T>();
  maps.set(key, created);
  return created;
}

/** Returns the number at the end of the key `member/number`. */
function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf("/") + 1));
}

/** Copies the fields of a line without the name of its kind. */
function withoutPart<T extends object>(line: T): T {
  const { part: _, ...fields } = line as T & { part?: unknown };
  return fields as T;
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
