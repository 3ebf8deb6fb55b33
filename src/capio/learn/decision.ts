import type { CapioClFireRule } from "../cl/mod.ts";
import type { ObservedEntry, Use } from "./observation.ts";

/** What the configuration is to say of a file, and why. */
export interface Decision {
  readonly path: string;
  /** The steps that it waits for, in their order. */
  readonly producers: readonly string[];
  /** The steps that wait for it. */
  readonly consumers: readonly string[];
  readonly committed: "on_close" | "on_termination";
  /** Missing for what nobody reads. */
  readonly mode?: CapioClFireRule;
  readonly isPermanent: boolean;
  /** Whether it is no more at the end of the run. */
  readonly isGone: boolean;
  /** Why it is finished by that rule, for people. */
  readonly whyCommitted: string;
  /** Why it is read in that mode. */
  readonly whyMode?: string;
  /** Why it is kept, or not. */
  readonly whyPermanent: string;
}

/** A decision, and what no rule can say. */
export interface Decided {
  readonly decision: Decision;
  /** Without the path. */
  readonly warnings: readonly string[];
}

/** Uses that show that a step depends on what is in the file, or that it is there. */
const WAITS: readonly Use[] = [
  "opened",
  "read",
  "end",
  "sought",
  "size",
  "asked",
  "taken",
];
/** Uses that show that it has read what is in it. */
const READS: readonly Use[] = ["opened", "read", "end", "sought"];

/**
 * Decides what the configuration says of a file or a symbolic link.
 *
 * @param steps The steps in their order.
 */
export function decide(
  entry: ObservedEntry,
  steps: readonly string[],
): Decided {
  const { path, writers, uses, isGone } = entry;
  const waits = (step: string) => hasAny(uses.get(step), WAITS);
  const inOrder = (names: Iterable<string>) =>
    [...names].sort((one, other) => steps.indexOf(one) - steps.indexOf(other));
  // A step that writes what it has read would as a producer not wait for it.
  const producers = writers.filter((it, n) => n === 0 || !waits(it));
  const consumers = inOrder(uses.keys()).filter(waits);
  const readers = consumers.filter((it) => hasAny(uses.get(it), READS));
  const last = Math.max(...writers.map((it) => steps.indexOf(it)));
  const permanence = permanenceOf(
    entry,
    readers.filter((it) => steps.indexOf(it) > last),
  );
  return {
    decision: {
      path,
      producers: inOrder(producers),
      consumers,
      isGone,
      ...commitOf(entry),
      ...modeOf(entry, readers),
      ...permanence,
    },
    warnings: orderWarnings(entry, producers, consumers, steps),
  };
}

function commitOf(
  { closes, writers, isGone }: ObservedEntry,
): Pick<Decision, "committed" | "whyCommitted"> {
  const end = { committed: "on_termination" } as const;
  if (writers.length > 1) {
    const names = writers.join(" and ");
    return { ...end, whyCommitted: `${names} write it` };
  }
  if (isGone) return { ...end, whyCommitted: "it is removed again" };
  if (closes === 1) {
    return { committed: "on_close", whyCommitted: "closed once" };
  }
  return { ...end, whyCommitted: `closed ${closes} times` };
}

function modeOf(
  { uses, isRewritten }: ObservedEntry,
  readers: readonly string[],
): Pick<Decision, "mode" | "whyMode"> {
  const reader = (use: Use) => [...uses].find(([, it]) => it.has(use))?.[0];
  const [sought, sized] = [reader("sought"), reader("size")];
  if (readers.length === 0 && sized === undefined) return {};
  const update = (whyMode: string) => ({ mode: "update", whyMode }) as const;
  if (isRewritten) return update("what was written is changed later");
  if (sought !== undefined) return update(`${sought} seeks in it`);
  if (sized !== undefined) return update(`${sized} asks for its size`);
  const whyMode = readers.map((it) => howRead(it, uses.get(it))).join(", ");
  return { mode: "no_update", whyMode };
}

function howRead(step: string, uses: ReadonlySet<Use> | undefined): string {
  if (uses?.has("end")) return `${step} reads on to its end`;
  if (uses?.has("read")) return `${step} reads its beginning`;
  // A program that gets it as a pipe or as a finished file.
  return `${step} gets it`;
}

function permanenceOf(
  { isGone }: ObservedEntry,
  readers: readonly string[],
): Pick<Decision, "isPermanent" | "whyPermanent"> {
  if (isGone) {
    return { isPermanent: false, whyPermanent: "it is removed again" };
  }
  if (readers.length === 0) {
    return { isPermanent: true, whyPermanent: "nobody reads it" };
  }
  return {
    isPermanent: false,
    whyPermanent: `${readers.join(", ")} ${
      readers.length > 1 ? "read" : "reads"
    } it`,
  };
}

/** Says where the order of several writers cannot be had by rules. */
function orderWarnings(
  { writers, uses }: ObservedEntry,
  producers: readonly string[],
  consumers: readonly string[],
  steps: readonly string[],
): string[] {
  const warnings: string[] = [];
  const unordered = writers.filter((it, n) => n > 0 && producers.includes(it));
  for (const step of unordered) {
    const what = uses.get(step)?.has("changed") ? "adds to" : "replaces";
    warnings.push(
      `${step} ${what} what ${
        writers[0]
      } wrote without reading it, so at once the order of the two is that of time`,
    );
  }
  const changers = writers.filter((it) => !producers.includes(it));
  const last = Math.max(...changers.map((it) => steps.indexOf(it)));
  const late = consumers.filter((it) =>
    steps.indexOf(it) > last && !writers.includes(it)
  );
  if (changers.length > 0 && late.length > 0) {
    warnings.push(
      `${late.join(", ")} must get it as ${
        changers.at(-1)
      } has changed it, which no rule can say: let ${
        changers.at(-1)
      } write it under another name`,
    );
  }
  for (const taker of consumers.filter((it) => uses.get(it)?.has("taken"))) {
    const before = consumers.filter((it) =>
      steps.indexOf(it) < steps.indexOf(taker)
    );
    if (before.length === 0) continue;
    warnings.push(
      `${taker} removes or renames it after ${
        before.join(" and ")
      }, for which no rule makes it wait`,
    );
  }
  return warnings;
}

function hasAny(
  uses: ReadonlySet<Use> | undefined,
  wanted: readonly Use[],
): boolean {
  return uses !== undefined && wanted.some((use) => uses.has(use));
}
