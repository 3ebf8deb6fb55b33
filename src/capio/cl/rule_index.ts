import { isAbsolutePattern, pathIn, withSlashes } from "./directory.ts";
import { parentOf } from "../platform/mod.ts";
import { CompactMap, compileGlob, isGlob } from "../../internal/mod.ts";
import type { RuleEntry } from "./rule_table.ts";

/** An entry that is about a path. */
export interface Match {
  readonly entry: RuleEntry;
  /** It names a directory above the path, not the path itself. */
  readonly isInherited: boolean;
  /** It names the path itself, and by no glob. */
  readonly isExact: boolean;
}

/** A compiled glob of the configuration. */
interface Glob {
  readonly length: number;
  readonly entry: RuleEntry;
  matches(path: string): boolean;
}

/** The entries about a path, the most specific first. */
export type Matches = readonly Match[];

/** The number of paths whose matches are cached before the cache is cleared. */
const REMEMBERED_PATHS = 10_000;
const NO_MATCHES: Matches = [];

/** Finds the entries that are about a path. */
export class RuleIndex {
  /** The entries, by path or glob. */
  readonly entries: ReadonlyMap<string, RuleEntry>;
  readonly #directory: string;
  readonly #globs: readonly Glob[];
  /** The entries, to be asked for a path. */
  readonly #exact: CompactMap<string, RuleEntry>;
  readonly #remembered = new CompactMap<string, Matches>();
  /** What the entries of a directory have from it, by the matches of both. */
  readonly #inherited = new WeakMap<Matches, Matches>();
  /** The matches of paths that a glob adds to those which they inherit. */
  readonly #extended = new WeakMap<Matches, Map<RuleEntry, Matches>>();

  /** Indexes entries whose paths are relative to `directory`, or absolute. */
  constructor(directory: string, entries: ReadonlyMap<string, RuleEntry>) {
    this.#directory = directory;
    this.entries = entries;
    this.#exact = new CompactMap(entries);
    this.#globs = [...entries]
      .filter(([pattern]) => isGlob(pattern))
      .map(([pattern, entry]) => this.#globOf(pattern, entry))
      .sort((one, other) => other.length - one.length);
  }

  /**
   * Returns the entries about a path, the most specific first. Paths that globs
   * and directories alone say something about share what is said.
   */
  about(path: string): Matches {
    const known = this.#remembered.get(path);
    if (known) return known;
    const relative = pathIn(this.#directory, path);
    const matches = relative === path ? this.#find(path) : this.about(relative);
    if (this.#remembered.size >= REMEMBERED_PATHS) this.#remembered.clear();
    this.#remembered.set(path, matches);
    return matches;
  }

  #find(path: string): Matches {
    let matches = path === ""
      ? NO_MATCHES
      : this.#inheritedFrom(this.about(parentOf(path)));
    const exact = this.#exact.get(path);
    for (let n = this.#globs.length - 1; n >= 0; n--) {
      const { entry, matches: isMatch } = this.#globs[n];
      if (entry !== exact && isMatch(path)) {
        matches = this.#extendedBy(entry, matches);
      }
    }
    return exact ? withMatch(matches, exact, { isExact: true }) : matches;
  }

  /** Returns what the entries of a directory have from it. */
  #inheritedFrom(matches: Matches): Matches {
    const known = this.#inherited.get(matches);
    if (known) return known;
    const inherited = matches.every(({ isInherited }) => isInherited)
      ? matches
      : matches
        .map(({ entry }) => ({ entry, isInherited: true, isExact: false }));
    this.#inherited.set(matches, inherited);
    return inherited;
  }

  #extendedBy(entry: RuleEntry, matches: Matches): Matches {
    let known = this.#extended.get(matches);
    if (!known) this.#extended.set(matches, known = new Map());
    let extended = known.get(entry);
    if (!extended) {
      extended = withMatch(matches, entry, { isExact: false });
      known.set(entry, extended);
    }
    return extended;
  }

  /** Compiles a glob. An absolute one may match inside: `/data/*` in `/data/run`. */
  #globOf(pattern: string, entry: RuleEntry): Glob {
    const isMatch = compileGlob(pattern);
    if (!isAbsolutePattern(pattern)) {
      return { entry, length: pattern.length, matches: isMatch };
    }
    const prefix = `${withSlashes(this.#directory)}/`;
    return {
      entry,
      length: pattern.length - prefix.length,
      matches: (path) => isMatch(prefix + path),
    };
  }
}

/** Returns the matches with a more specific one, which is no other one any more. */
function withMatch(
  matches: Matches,
  entry: RuleEntry,
  { isExact }: { isExact: boolean },
): Matches {
  const others = matches.filter((it) => it.entry !== entry);
  return [{ entry, isInherited: false, isExact }, ...others];
}
