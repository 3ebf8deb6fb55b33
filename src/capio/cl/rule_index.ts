import {
  directoriesAbove,
  isAbsolutePattern,
  pathIn,
  withSlashes,
} from "./directory.ts";
import { compileGlob, isGlob } from "../../internal/mod.ts";
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

/** The number of paths whose matches are cached before the cache is cleared. */
const REMEMBERED_PATHS = 10_000;

/** Finds the entries that are about a path. */
export class RuleIndex {
  /** The entries, by path or glob. */
  readonly entries: ReadonlyMap<string, RuleEntry>;
  readonly #directory: string;
  readonly #globs: readonly Glob[];
  readonly #remembered = new Map<string, readonly Match[]>();

  /** Indexes entries whose paths are relative to `directory`, or absolute. */
  constructor(directory: string, entries: ReadonlyMap<string, RuleEntry>) {
    this.#directory = directory;
    this.entries = entries;
    this.#globs = [...entries]
      .filter(([pattern]) => isGlob(pattern))
      .map(([pattern, entry]) => this.#globOf(pattern, entry))
      .sort((one, other) => other.length - one.length);
  }

  /** Returns the entries about a path, the most specific first. */
  about(path: string): readonly Match[] {
    const known = this.#remembered.get(path);
    if (known) return known;
    const matches = [...this.#find(pathIn(this.#directory, path))];
    if (this.#remembered.size >= REMEMBERED_PATHS) this.#remembered.clear();
    this.#remembered.set(path, matches);
    return matches;
  }

  *#find(path: string): Generator<Match> {
    const seen = new Set<RuleEntry>();
    let isInherited = false;
    for (const place of [path, ...directoriesAbove(path)]) {
      for (const entry of this.#entriesAbout(place)) {
        if (seen.has(entry)) continue;
        seen.add(entry);
        const isExact = !isInherited && this.entries.get(path) === entry;
        yield { entry, isInherited, isExact };
      }
      isInherited = true;
    }
  }

  *#entriesAbout(path: string): Generator<RuleEntry> {
    const exact = this.entries.get(path);
    if (exact) yield exact;
    for (const glob of this.#globs) {
      if (glob.entry !== exact && glob.matches(path)) yield glob.entry;
    }
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
