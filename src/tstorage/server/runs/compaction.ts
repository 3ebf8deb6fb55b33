import type { Run } from "./block_table.ts";
import type { Merge } from "./run_merge.ts";

/** Runs that are merged at the least, while PUTs come. */
const FEWEST_RUNS = 8;
/** A run takes part in a merge if the newer ones have 1 / RATIO of its bytes. */
const RATIO = 2;

/**
 * Chooses the runs that are merged next.
 *
 * While PUTs come, some of similar size: every record is written again as often
 * as the number of its runs has digits, and there are few runs to look into. In
 * a quiet time all of them, which frees the space of what was replaced.
 *
 * A GET under way divides the runs into those that it sees and those that it
 * does not, which are not merged with one another: it keeps one old copy of each
 * record that is replaced meanwhile.
 *
 * @param runs The runs, the oldest first.
 * @param reads The PUTs as of which GETs read, or will start to.
 */
export function nextMerge(
  runs: readonly Run[],
  reads: readonly number[],
  isQuiet: boolean,
): Merge | undefined {
  const parts = seenTogether(runs, reads);
  for (const part of parts) {
    const merge = similarRuns(part);
    if (merge !== undefined) return merge;
  }
  if (!isQuiet) return undefined;
  const part = parts.find(({ length }) => length > 1);
  return part && mergeOf(part);
}

function similarRuns(runs: readonly Run[]): Merge | undefined {
  let newerBytes = 0;
  let from: number | undefined;
  for (let i = runs.length - 1; i >= 0; i--) {
    const { bytes } = runs[i];
    const isSimilar = bytes <= RATIO * newerBytes;
    if (isSimilar && runs.length - i >= FEWEST_RUNS) from = i;
    newerBytes += bytes;
  }
  return from === undefined ? undefined : mergeOf(runs.slice(from));
}

function mergeOf([oldest, ...newer]: readonly Run[]): Merge {
  return { oldest, newer };
}

/** Divides runs into those that every GET sees together, or does not see. */
function seenTogether(
  runs: readonly Run[],
  reads: readonly number[],
): readonly (readonly Run[])[] {
  const parts: Run[][] = [];
  for (const run of runs) {
    const part = parts.at(-1);
    const before = part?.at(-1);
    const isSeenTogether = before !== undefined &&
      reads.every((put) => before.put <= put === run.put <= put);
    if (part !== undefined && isSeenTogether) part.push(run);
    else parts.push([run]);
  }
  return parts;
}
