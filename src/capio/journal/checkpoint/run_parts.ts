import type { CapioClRule } from "../../cl/mod.ts";
import {
  isCount,
  isMemberId,
  isName,
  isText,
  isTime,
  isTrue,
  listOf,
  oneOf,
  optional,
} from "../events/mod.ts";
import type { App, Forgotten, Member, MemoryDirectory } from "../state/mod.ts";
import { MEMBER, OPTIONAL_MEMBER, type Part, part } from "./rows.ts";

/** An object whose flags are left out where they do not hold. */
type Flagged<T, Names extends keyof T> =
  & Omit<T, Names>
  & { readonly [Name in Names]?: true };

/** The fields of each kind of row about the run itself. */
interface RunParts {
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
  /** A run on several machines has no checkpoints. */
  readonly member: Omit<
    Flagged<Member, "isWorker">,
    "machine" | "isAgent" | "isPlanner" | "uncounted"
  >;
  readonly app: App;
}

/**
 * The run: its counts, the plan and its rules, and who takes part. Files and what
 * was told of them build on it.
 */
export const RUN_PARTS: Readonly<Record<keyof RunParts, Part>> = {
  counts: part<RunParts["counts"]>({
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
  forgotten: part<RunParts["forgotten"]>({
    take: ({ forgotten }) => [forgotten],
    columns: {
      members: isCount,
      failures: isCount,
      staleReads: isCount,
      rewrites: isCount,
    },
    restore: ({ forgotten }, counts) => Object.assign(forgotten, counts),
  }),
  unfinished: part<RunParts["unfinished"]>({
    take: ({ unfinished }) =>
      [...unfinished]
        .map(([file, lostBy]) => lostBy === "" ? { file } : { file, lostBy }),
    columns: { file: isCount, lostBy: OPTIONAL_MEMBER },
    restore: ({ unfinished }, { file, lostBy = "" }) =>
      unfinished.set(file, lostBy),
  }),
  document: part<RunParts["document"]>({
    take: ({ documents }) => [...documents].map((text) => ({ text })),
    columns: { text: isText },
    restore: ({ documents }, { text }) => documents.add(text),
  }),
  rule: part<RunParts["rule"]>({
    take: ({ rules }) => rules.map((rule) => ({ rule })),
    // The engine checks each rule when it is built.
    columns: { rule: isAnything },
    restore: ({ rules }, { rule }) => rules.push(rule as CapioClRule),
  }),
  plan: part<RunParts["plan"]>({
    take: ({ steps, planner }) =>
      steps.length > 0 ? [{ steps, by: planner }] : [],
    columns: { steps: listOf(isName), by: OPTIONAL_MEMBER },
    restore: (state, { steps, by }) => {
      state.steps = steps;
      state.planner = by;
    },
  }),
  memory: part<RunParts["memory"]>({
    take: ({ memory }) => memory ? [memory] : [],
    columns: { dir: isName, id: isName, app: isName },
    restore: (state, memory) => state.memory = memory,
  }),
  member: part<RunParts["member"]>({
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
  app: part<RunParts["app"]>({
    take: ({ apps }) => apps.values(),
    columns: {
      name: isName,
      joined: isCount,
      running: isCount,
      lostBy: OPTIONAL_MEMBER,
    },
    restore: ({ apps }, app) => apps.set(app.name, app),
  }),
};

function isAnything(_value: unknown): _value is unknown {
  return true;
}
