import type { CapioClEngine } from "../../capio/mod.ts";

/** What two runs in order and one at once have left, by path. */
export interface ComparedRuns {
  /** All that the second run in order has left. */
  readonly ordered: ReadonlySet<string>;
  readonly atOnce: ReadonlySet<string>;
  /** What differs between the two runs in order. */
  readonly unstable: ReadonlySet<string>;
  /** What differs between the second of them and the run at once. */
  readonly differing: ReadonlySet<string>;
  /** What the second run in order has written, made or removed. */
  readonly written: ReadonlySet<string>;
  /** What is not compared because the user says so. */
  readonly isIgnored: (path: string) => boolean;
  /** The rules of the run at once, if it has any. */
  readonly engine: CapioClEngine | undefined;
}

/** What came of the comparison. */
export interface Comparison {
  /** Outputs with the same bytes. */
  readonly same: readonly string[];
  readonly different: readonly string[];
  /** Outputs in order that are missing at once. */
  readonly missing: readonly string[];
  /** Files at once that do not come in order. */
  readonly additional: readonly string[];
  /** Outputs that the configuration does not keep. */
  readonly notKept: readonly string[];
  readonly unstable: readonly string[];
  readonly ignored: readonly string[];
}

/** Sorts the files of the runs by what came of them. */
export function compareRuns(
  { ordered, atOnce, unstable, differing, written, isIgnored, engine }:
    ComparedRuns,
): Comparison {
  const found: Record<keyof Comparison, string[]> = {
    same: [],
    different: [],
    missing: [],
    additional: [],
    notKept: [],
    unstable: [],
    ignored: [],
  };
  const isKept = (path: string) =>
    !engine || engine.isPermanent(path) || engine.producers(path).length === 0;
  const kindOf = (path: string): keyof Comparison | undefined => {
    if (isIgnored(path)) return "ignored";
    if (unstable.has(path)) return "unstable";
    if (!isKept(path)) return "notKept";
    if (!atOnce.has(path)) return "missing";
    if (!ordered.has(path)) return "additional";
    if (differing.has(path)) return "different";
    return written.has(path) ? "same" : undefined;
  };
  const all = new Set([...ordered, ...atOnce, ...unstable, ...written]);
  for (const path of [...all].sort()) {
    // What is neither there in order nor at once is of no interest.
    const isThere = ordered.has(path) || atOnce.has(path) ||
      unstable.has(path);
    const kind = isThere ? kindOf(path) : undefined;
    if (kind) found[kind].push(path);
  }
  return found;
}
