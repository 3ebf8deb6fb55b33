import { resolve } from "@std/path";
import { CapioError } from "../platform/mod.ts";
import {
  type CapioClCommitRule,
  COMMIT_RULES,
  dependenciesOf,
} from "./commit_rule.ts";
import type { CapioClConfig, CapioClFireRule } from "./config.ts";
import {
  directoriesAbove,
  isAbsolutePattern,
  pathIn,
  patternIn,
} from "./directory.ts";
import { isGlob, literalHead } from "../../internal/mod.ts";
import { GraphOrder } from "./graph_order.ts";
import type { CapioClRule } from "./rule.ts";
import { type Matches, RuleIndex } from "./rule_index.ts";
import { type RuleEntry, RuleTable } from "./rule_table.ts";

const ON_TERMINATION: CapioClCommitRule = { type: "on_termination" };

/** Options for {@linkcode CapioClEngine}. */
export interface CapioClEngineOptions {
  /** The directory of the workflow, to which paths are relative. */
  capioDir: string;
  /**
   * Rules written in code, in addition to the configuration.
   *
   * @default {[]}
   */
  rules?: readonly CapioClRule[];
}

/**
 * Answers questions about a path from a CAPIO-CL configuration.
 *
 * Paths are absolute, or relative to `capioDir`; answers name them relative to
 * `capioDir`, with `/` between components. The most specific statement counts:
 * one about the path itself, then one about a glob that matches it (longer globs
 * first, then in the order of the configuration), then the same for each
 * directory above. Without a statement a path is `on_termination`, `update`, not
 * excluded and not in memory; it is permanent only without any configuration.
 *
 * @example Usage
 * ```ts
 * import { CapioClEngine, parseCapioCl } from "@sluice/sluice/capio";
 *
 * const config = parseCapioCl(await Deno.readTextFile("flights.capio.json"));
 * const engine = new CapioClEngine(config, { capioDir: "/data/run" });
 * console.log(engine.producers("flights.csv")); // ["extract"]
 * console.log(engine.commitRule("/data/run/flights.csv")); // { type: "on_close", count: 1 }
 * ```
 */
export class CapioClEngine {
  /** The name of the workflow, if there is a configuration. */
  readonly name: string | undefined;
  /** The names of all apps in the configuration and the rules, in their order. */
  readonly apps: readonly string[];
  /**
   * Whether there is a configuration with a graph of at least one app. Rules in
   * code are none.
   */
  readonly hasGraph: boolean;
  /** The paths whose commit other paths depend on. */
  readonly dependencies: ReadonlySet<string>;
  readonly #config: CapioClConfig | undefined;
  readonly #capioDir: string;
  readonly #rules: readonly CapioClRule[];
  readonly #index: RuleIndex;
  /** The commit rules of paths with these matches, where they have the same. */
  readonly #sharedRules = new WeakMap<Matches, CapioClCommitRule>();
  #order: GraphOrder | undefined;

  /**
   * Gathers the statements about each path.
   *
   * @param config The configuration, `undefined` if there is none.
   * @throws {CapioError} If rules contradict each other, or depend on a path
   * outside of the directory.
   */
  constructor(
    config: CapioClConfig | undefined,
    { capioDir, rules = [] }: CapioClEngineOptions,
  ) {
    this.name = config?.name;
    this.hasGraph = config !== undefined && config.ioGraph.length > 0;
    this.#config = config;
    this.#rules = rules;
    this.#capioDir = resolve(capioDir);
    const table = new RuleTable((path) => patternIn(this.#capioDir, path));
    if (config) table.addConfig(config);
    for (const rule of rules) table.addRule(rule);
    this.#index = new RuleIndex(this.#capioDir, table.entries);
    this.apps = appNames(config, table.entries.values());
    this.dependencies = allDependencies(table.entries.values());
    const outside = [...this.dependencies].find(isAbsolutePattern);
    if (outside !== undefined) throw dependsOutside(outside, this.#capioDir);
  }

  /** Makes an engine with these rules besides its own. */
  withRules(rules: readonly CapioClRule[]): CapioClEngine {
    return new CapioClEngine(this.#config, {
      capioDir: this.#capioDir,
      rules: [...this.#rules, ...rules],
    });
  }

  /** Returns the names of the apps that write the path. */
  producers(path: string): string[] {
    return union(this.#index.about(path).map(({ entry }) => entry.producers));
  }

  /**
   * Returns the names of the apps that announce the path by a streaming rule of
   * theirs: one that names it exactly, or one for directories that matches it.
   */
  streamers(path: string): string[] {
    return union(
      this.#index.about(path)
        .filter(({ isInherited, isExact, entry }) =>
          isExact || (!isInherited && entry.isDirectory)
        )
        .map(({ entry }) => entry.streamers),
    );
  }

  /** Returns the names of the apps that read the path. */
  consumers(path: string): string[] {
    return union(this.#index.about(path).map(({ entry }) => entry.consumers));
  }

  /**
   * Returns the rule by which the path is finished. A rule for directories, such
   * as `on_n_files`, is never about the entries of a directory. A rule that the
   * path has from a directory or a glob does not hold for it if it would make
   * the path wait for itself: `_SUCCESS` in the directory that it completes.
   */
  commitRule(path: string): CapioClCommitRule {
    const matches = this.#index.about(path);
    const known = this.#sharedRules.get(matches);
    if (known) return known;
    let isShared = true;
    for (const { committed, isExact } of this.#commitRules(path)) {
      const hasDependencies = dependenciesOf(committed) !== undefined;
      if (hasDependencies && !isExact) {
        isShared = false;
        if (this.#waitsFor(committed, this.relativePath(path))) continue;
      }
      if (isShared) this.#sharedRules.set(matches, committed);
      return committed;
    }
    return ON_TERMINATION;
  }

  /** Finds the commit rules of a path, the most specific first. */
  *#commitRules(
    path: string,
  ): Generator<{ committed: CapioClCommitRule; isExact: boolean }> {
    for (const { entry, isInherited, isExact } of this.#index.about(path)) {
      const { committed, hasStreamingRule } = entry;
      if (committed) {
        const { isForDirectories } = COMMIT_RULES[committed.type];
        if (!isInherited || !isForDirectories) yield { committed, isExact };
      } else if (hasStreamingRule) return;
    }
  }

  /** Tells whether a rule depends on a path, itself or through others. */
  #waitsFor(
    rule: CapioClCommitRule,
    path: string,
    seen: Set<string> = new Set(),
  ): boolean {
    return dependenciesOf(rule)?.some((dependency) => {
      if (dependency === path) return true;
      if (seen.has(dependency)) return false;
      seen.add(dependency);
      const [next] = this.#commitRules(dependency);
      return next && this.#waitsFor(next.committed, path, seen);
    }) ?? false;
  }

  /** Returns the rule by which readers get the content of the path. */
  fireRule(path: string): CapioClFireRule {
    for (
      const { entry: { fire, hasStreamingRule } } of this.#index.about(path)
    ) {
      if (fire) return fire;
      if (hasStreamingRule) break;
    }
    return "update";
  }

  /** Tells whether the path is kept when the workflow ends. */
  isPermanent(path: string): boolean {
    return this.#fact(path, "isPermanent") ?? this.#config === undefined;
  }

  /** Tells whether the path is excluded, and so not interposed. */
  isExcluded(path: string): boolean {
    return this.#fact(path, "isExcluded") ?? false;
  }

  /** Tells whether the bytes of the path live in memory until its commit. */
  isInMemory(path: string): boolean {
    return this.#fact(path, "isInMemory") ?? false;
  }

  /** Tells whether a rule says that the path is a directory. */
  isDirectory(path: string): boolean {
    const match = this.#index.about(path).find(({ entry, isInherited }) =>
      !isInherited && entry.isDirectory !== undefined
    );
    return match?.entry.isDirectory ?? false;
  }

  /**
   * Tells whether an app's output names the path, or a directory above it,
   * exactly: a glob for output files says nothing about their directories.
   */
  isNamedOutput(path: string): boolean {
    const named = this.relativePath(path);
    return [named, ...directoriesAbove(named)].some((it) =>
      (this.#index.entries.get(it)?.producers.size ?? 0) > 0
    );
  }

  /** Tells whether an app's input names the path exactly, not by a glob. */
  isNamedInput(app: string, path: string): boolean {
    const entry = this.#index.entries.get(this.relativePath(path));
    return entry?.consumers.has(app) ?? false;
  }

  /**
   * Tells whether a stream, a rule or the dependencies of a rule name the path.
   * The lists `permanent`, `exclude` and `storage` do not count, for they name no
   * producer.
   */
  isDeclared(path: string): boolean {
    return this.#index.about(path).some(({ entry }) => entry.isDeclared);
  }

  /**
   * Tells whether an app writes what another one reads, directly or through other
   * apps: then it comes first when the apps run one after the other.
   */
  leadsTo(app: string, other: string): boolean {
    this.#order ??= new GraphOrder(this.#index.entries);
    return this.#order.leadsTo(app, other);
  }

  /** Tells whether the graph lets an app read the path: a consumer or producer. */
  mayRead(app: string, path: string): boolean {
    return this.#index.about(path).some(({ entry }) =>
      entry.consumers.has(app) || entry.producers.has(app)
    );
  }

  /** Tells whether the graph lets an app write the path. */
  mayWrite(app: string, path: string): boolean {
    return this.#index.about(path).some(({ entry }) =>
      entry.producers.has(app)
    );
  }

  /**
   * Tells whether the graph lets an app create the path as a directory, because
   * the app may write the path or something below it.
   */
  mayMakeDirectory(app: string, path: string): boolean {
    if (this.mayWrite(app, path)) return true;
    const directory = `${this.relativePath(path)}/`;
    return [...this.#index.entries].some(([pattern, { producers }]) =>
      producers.has(app) && mayLieBelow(pattern, directory)
    );
  }

  /**
   * Returns the path relative to `capioDir`, with `/` between components; `""`
   * for `capioDir` itself.
   *
   * @throws {RangeError} If the path lies outside.
   */
  relativePath(path: string): string {
    return pathIn(this.#capioDir, path);
  }

  #fact(
    path: string,
    fact: "isPermanent" | "isExcluded" | "isInMemory",
  ): boolean | undefined {
    for (const { entry } of this.#index.about(path)) {
      if (entry[fact] !== undefined) return entry[fact];
    }
    return undefined;
  }
}

function dependsOutside(path: string, capioDir: string): CapioError {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `No file can depend on "${path}": it lies outside the workflow's directory "${capioDir}"`,
  );
}

function appNames(
  config: CapioClConfig | undefined,
  entries: Iterable<RuleEntry>,
): string[] {
  const sets = [...entries].flatMap((it) => [it.producers, it.consumers]);
  return union([config?.ioGraph.map(({ name }) => name) ?? [], ...sets]);
}

function allDependencies(entries: Iterable<RuleEntry>): Set<string> {
  return new Set(
    [...entries].flatMap(({ committed }) =>
      committed && dependenciesOf(committed) || []
    ),
  );
}

function union(sets: readonly Iterable<string>[]): string[] {
  return [...new Set(sets.flatMap((set) => [...set]))];
}

/** Tells whether a pattern may match something below a directory. */
function mayLieBelow(pattern: string, directory: string): boolean {
  const head = literalHead(pattern);
  return head.startsWith(directory) ||
    isGlob(pattern) && directory.startsWith(head);
}
