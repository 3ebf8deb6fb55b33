import { compileGlob, isGlob, literalHead } from "../../internal/mod.ts";
import { directoriesAbove } from "./directory.ts";
import type { RuleEntry } from "./rule_table.ts";

/** A path or glob that apps write or read. */
interface Pattern {
  readonly text: string;
  readonly apps: ReadonlySet<string>;
  /** Tells whether a glob matches a path; missing for a path. */
  readonly matches?: (path: string) => boolean;
}

/**
 * The order in which apps would run one after the other, as far as their streams
 * say: an app that writes a path comes before one that reads it.
 */
export class GraphOrder {
  readonly #outputs: readonly Pattern[];
  readonly #inputs: readonly Pattern[];
  /** The paths of the inputs, which are looked up far more often than globs. */
  readonly #paths: ReadonlyMap<string, ReadonlySet<string>>;
  /** The apps that come after each app, once they were asked for. */
  readonly #after = new Map<string, ReadonlySet<string>>();

  /** Reads the producers and consumers of all paths and globs. */
  constructor(entries: ReadonlyMap<string, RuleEntry>) {
    const all = [...entries];
    this.#outputs = all.map(([text, { producers }]) => pattern(text, producers))
      .filter(({ apps }) => apps.size > 0);
    this.#inputs = all.map(([text, { consumers }]) => pattern(text, consumers))
      .filter(({ apps }) => apps.size > 0);
    this.#paths = new Map(
      this.#inputs.filter(({ matches }) => !matches)
        .map(({ text, apps }) => [text, apps]),
    );
  }

  /** Tells whether an app writes what another one reads, or what leads to that. */
  leadsTo(app: string, other: string): boolean {
    let after = this.#after.get(app);
    if (!after) this.#after.set(app, after = this.#allAfter(app));
    return after.has(other);
  }

  #allAfter(app: string): Set<string> {
    const after = new Set<string>();
    const next = [app];
    for (let it; (it = next.pop()) !== undefined;) {
      for (const reader of this.#readersOf(it)) {
        if (after.has(reader)) continue;
        after.add(reader);
        next.push(reader);
      }
    }
    return after;
  }

  *#readersOf(app: string): Generator<string> {
    for (const output of this.#outputs) {
      if (!output.apps.has(app)) continue;
      for (const input of this.#inputsFor(output)) {
        for (const reader of input) if (reader !== app) yield reader;
      }
    }
  }

  *#inputsFor(output: Pattern): Generator<ReadonlySet<string>> {
    const equal = this.#paths.get(output.text);
    if (equal) yield equal;
    for (const input of this.#inputs) {
      if (input.apps !== equal && isSameFile(output, input)) yield input.apps;
    }
  }
}

function pattern(text: string, apps: ReadonlySet<string>): Pattern {
  return isGlob(text)
    ? { text, apps, matches: compileGlob(text) }
    : { text, apps };
}

/** Tells whether two patterns can be about one file, or one entry of a directory. */
function isSameFile(one: Pattern, other: Pattern): boolean {
  if (one.text === other.text) return true;
  if (one.matches && other.matches) return mayOverlap(one.text, other.text);
  return isAbout(one, other) || isAbout(other, one);
}

/** Tells whether a pattern names a path, or a directory that the path lies in. */
function isAbout({ text, matches }: Pattern, path: Pattern): boolean {
  if (path.matches) {
    return !matches && isBelow(literalHead(path.text), text);
  }
  if (!matches) return isBelow(path.text, text);
  return [path.text, ...directoriesAbove(path.text)].some(matches);
}

function isBelow(path: string, directory: string): boolean {
  return directory === "" || path.startsWith(`${directory}/`);
}

/** Tells whether two globs may match one path, going by how they begin and end. */
function mayOverlap(one: string, other: string): boolean {
  const [a, b] = [literalHead(one), literalHead(other)];
  const [y, z] = [literalTail(one), literalTail(other)];
  return (a.startsWith(b) || b.startsWith(a)) &&
    (y.endsWith(z) || z.endsWith(y));
}

function literalTail(glob: string): string {
  return glob.slice(glob.search(/[^*?\]]*$/));
}
