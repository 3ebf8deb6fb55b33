import type { Comparison } from "./compared_runs.ts";

/** What is known after the runs of a plan that have all ended well. */
export interface RunsToJudge {
  readonly comparison: Comparison;
  /** The steps that print the same in order and at once. */
  readonly printSame: readonly string[];
  /** The steps that print something else at once than in both runs in order. */
  readonly printOther: readonly string[];
  /** Files outside of the copies that have changed meanwhile. */
  readonly touched: readonly string[];
  /** Whether a step has read at once what it would not have read in order. */
  readonly isOutOfOrder: boolean;
  /** How long the faster run in order and the one at once took, in ms. */
  readonly inOrder: number;
  readonly atOnce: number;
}

/** A verdict, for people. */
export interface Verdict {
  readonly isVerified: boolean;
  /** What was found, a line each. */
  readonly lines: readonly string[];
  /** The last line. */
  readonly text: string;
}

/** Most paths that one line names. */
const MOST_NAMED = 20;

/** Says whether the steps give the same at once as in order, and how fast. */
export function judge(runs: RunsToJudge): Verdict {
  const { comparison, printSame, printOther, touched } = runs;
  const { same, different, missing, additional } = comparison;
  const lines = [
    named(
      "Differs between two runs in order, not compared",
      comparison.unstable,
    ),
    named("Not compared, as --ignore says", comparison.ignored),
    named("Not kept by the configuration, not compared", comparison.notKept),
    named("Prints something else at once", printOther),
    named("Different at once", different),
    named("Missing at once", missing),
    named("There at once alone", additional),
    named("Changed in the directory itself, not in the copies", touched),
  ].flat();
  const wrong = different.length + missing.length + additional.length;
  const compared = wrong + same.length;
  const verdict = (reason: string) => ({
    isVerified: false,
    lines,
    text: `Not verified: ${reason}`,
  });
  if (touched.length > 0) {
    return verdict(
      "a step, or another program, writes into the directory itself, so the runs in copies say nothing: let the steps name their files relative to the plan, or in their arguments",
    );
  }
  if (wrong > 0) return verdict(`${wrong} of ${files(compared)} differ`);
  if (runs.isOutOfOrder) {
    return verdict("a step has read at once what it does not read in order");
  }
  if (compared === 0 && printOther.length > 0) {
    return verdict(`${printOther.join(", ")} print something else at once`);
  }
  if (compared === 0 && printSame.length === 0) {
    return verdict("the steps leave nothing that could be compared");
  }
  const what = [
    ...(compared > 0 ? [files(compared)] : []),
    ...(printSame.length > 0
      ? [`what ${printSame.length} of the steps print`]
      : []),
  ].join(" and ");
  const times = (runs.inOrder / runs.atOnce).toFixed(2);
  return {
    isVerified: true,
    lines,
    text:
      `Verified: the same at once as in order (${what}), ${times} times as fast: ${
        seconds(runs.atOnce)
      } after ${seconds(runs.inOrder)}`,
  };
}

function named(what: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, MOST_NAMED).join(", ");
  const more = paths.length - MOST_NAMED;
  return [`${what}: ${shown}${more > 0 ? ` and ${more} more` : ""}`];
}

function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
