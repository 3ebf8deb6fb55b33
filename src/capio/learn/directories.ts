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
  { steps, entries, listings }: RunObservation,
): LearnedDirectories {
  const listed: ListedDirectory[] = [];
  const warnings: string[] = [];
  const placeOf = (step: string) => steps.indexOf(step);
  for (const [directory, all] of Map.groupBy(listings, (it) => it.directory)) {
    const shown = directory === "" ? "capioDir" : directory;
    const [first, ...later] = all
      .toSorted((one, other) => placeOf(one.step) - placeOf(other.step));
    const listers = [first, ...later].map(({ step }) => step);
    const below = entries.filter(({ path }) =>
      directory === "" || path.startsWith(`${directory}/`)
    );
    // The later ones may wait for the first listing themselves.
    const before = new Set([
      ...first.fillers,
      ...below.flatMap(({ writers }) => writers)
        .filter((it) => placeOf(it) < placeOf(first.step)),
    ]);
    for (const { step, fillers } of later) {
      const others = fillers.filter((it) => !before.has(it));
      if (others.length === 0) continue;
      warnings.push(
        `${shown}: ${step} lists it after ${first.step} and ${
          others.join(" and ")
        }, and no rule makes it wait for what ${
          others.join(" and ")
        } did there`,
      );
    }
    const [filler] = before;
    // As the output of one step, capioDir would give that step all files.
    if (before.size === 1 && directory !== "") {
      listed.push({ directory, listers, filler });
      continue;
    }
    const dependencies = below.filter((it) => isFinishedBy(it, before))
      .map(({ path }) => path);
    const own = all.filter(({ isOwn }) => isOwn).map(({ step }) => step);
    if (own.length > 0 || dependencies.length === 0) {
      warnings.push(
        `${shown}: no rule makes ${
          (own.length > 0 ? own : listers).join(", ")
        } wait until ${
          [...before].join(" and ")
        } have put their entries into it`,
      );
      continue;
    }
    const last = steps.findLast((it) => before.has(it));
    listed.push({ directory, listers, dependencies, last });
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
