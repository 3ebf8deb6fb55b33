import type { Decision } from "./decision.ts";
import { asEntry, familiesOf } from "./families.ts";

/** One or more files of which the configuration says the same. */
export interface Unit extends Omit<Decision, "path" | "consumers"> {
  /** The path or the glob that stands in the configuration. */
  readonly name: string;
  readonly isGlob: boolean;
  /** What is said of each of its files alone. */
  readonly files: readonly Decision[];
}

/** Options of {@linkcode unitsOf}. */
export interface UnitOptions {
  /** Directories whose files, as far as they are alike, one glob may name. */
  readonly directories: readonly string[];
  /** All paths that are known, which no glob may match by mistake. */
  readonly known: readonly string[];
  /** Whether globs are used at all. */
  readonly globs: boolean;
}

/**
 * Puts files together that one entry of a configuration can name: all files of a
 * directory, and those whose names differ in their numbers.
 */
export function unitsOf(
  decisions: readonly Decision[],
  { directories, known, globs }: UnitOptions,
): Unit[] {
  if (!globs) return decisions.map(single);
  const left = new Set(decisions);
  const units: Unit[] = [];
  const take = (name: string, files: readonly Decision[]) => {
    for (const file of files) left.delete(file);
    units.push(merged(name, files));
  };
  for (const directory of directories) {
    const files = [...left].filter(({ path }) =>
      path.startsWith(`${directory}/`)
    );
    if (files.length === 0 || new Set(files.map(treatment)).size > 1) continue;
    take(`${asEntry(directory)}/*`, files);
  }
  const byProducers = Map.groupBy(left, (it) => it.producers.join("\0"));
  for (const group of byProducers.values()) {
    const files = new Map(group.map((it) => [it.path, it]));
    for (const { glob, paths } of familiesOf([...files.keys()], known)) {
      take(glob, paths.flatMap((path) => files.get(path) ?? []));
    }
  }
  const all = [...units, ...[...left].map(single)];
  const place = new Map(decisions.map((it, n) => [it, n]));
  const placeOf = ({ files: [first] }: Unit) => place.get(first) ?? 0;
  return all.sort((one, other) => placeOf(one) - placeOf(other));
}

function single(decision: Decision): Unit {
  return { ...merged(asEntry(decision.path), [decision]), isGlob: false };
}

function treatment(
  { producers, committed, mode, isPermanent }: Decision,
): string {
  return JSON.stringify([producers, committed, mode, isPermanent]);
}

/** What holds for all of several files: the more careful of what differs. */
function merged(name: string, files: readonly Decision[]): Unit {
  const commit = files.find((it) => it.committed === "on_termination") ??
    files[0];
  const mode = files.find((it) => it.mode === "update") ??
    files.find((it) => it.mode === "no_update");
  const kept = files.find((it) => it.isPermanent) ?? files[0];
  const { producers, committed, whyCommitted } = commit;
  const more = commit.committed === "on_close" && files.length > 1
    ? "each closed once"
    : whyCommitted;
  return {
    name,
    isGlob: true,
    files,
    producers,
    committed,
    whyCommitted: more,
    ...(mode && { mode: mode.mode, whyMode: mode.whyMode }),
    isPermanent: kept.isPermanent,
    whyPermanent: kept.whyPermanent,
    isGone: files.every((it) => it.isGone),
  };
}
