import type { ObservedEntry, RunObservation } from "./observation.ts";

/** A directory whose listing has to be complete, and what makes it so. */
export interface ListedDirectory {
  readonly directory: string;
  /** The steps that list it, in their order. */
  readonly listers: readonly string[];
  /** The one step that fills it: the listing waits for its end. */
  readonly filler?: string;
  /** Else the files for which the listing waits, and the last of their writers. */
  readonly dependencies?: readonly string[];
  readonly last?: string;
}

/** What is learned of directories. */
export interface LearnedDirectories {
  readonly listed: readonly ListedDirectory[];
  readonly warnings: readonly string[];
}

/** Decides for what the listings of directories wait. */
export function directoriesOf(
  { steps, entries, listings, fillers }: RunObservation,
): LearnedDirectories {
  const listed: ListedDirectory[] = [];
  const warnings: string[] = [];
  for (const [directory, of] of Map.groupBy(listings, (it) => it.directory)) {
    const shown = directory === "" ? "capioDir" : directory;
    const names = of.map(({ step }) => step);
    const listers = steps.filter((it) => names.includes(it));
    const own = of.filter(({ isOwn }) => isOwn).map(({ step }) => step);
    if (own.length > 0) {
      warnings.push(
        `${shown}: ${
          own.join(", ")
        } lists it and puts entries into it, so no rule makes it wait for those of others`,
      );
    }
    const below = entries.filter(({ path }) =>
      directory === "" || path.startsWith(`${directory}/`)
    );
    const all = new Set([
      ...fillers.get(directory) ?? [],
      ...below.flatMap(({ writers }) => writers),
    ]);
    const [filler] = all;
    // As the output of one step, capioDir would give that step all files.
    if (all.size === 1 && directory !== "") {
      listed.push({ directory, listers, filler });
      continue;
    }
    const before = new Set(of.flatMap(({ fillers }) => fillers));
    const files = below.filter((it) => isFinishedBy(it, before));
    const last = steps.findLast((it) => before.has(it));
    const dependencies = files.map(({ path }) => path);
    if (dependencies.length > 0 && own.length === 0) {
      listed.push({ directory, listers, dependencies, last });
    }
  }
  return { listed, warnings };
}

/** Whether an entry is a file that these steps alone have written. */
function isFinishedBy(
  { kind, isGone, writers }: ObservedEntry,
  steps: ReadonlySet<string>,
): boolean {
  return kind === "file" && !isGone && writers.every((it) => steps.has(it));
}
