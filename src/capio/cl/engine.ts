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
import type { CapioClRule } from "./rule.ts";
import { RuleIndex } from "./rule_index.ts";
import { type RuleEntry, RuleTable } from "./rule_table.ts";

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
 * Answers what a CAPIO-CL configuration says about a path.
 *
 * Paths are absolute, or relative to `capioDir`; answers name them relative to
 * `capioDir`, with `/` between components. Most specific first, what is said
 * about the path itself, about a glob that matches it (longer globs first, then
 * in the order of the configuration), and the same for each directory above.
 * What is not said is `on_termination`, `update`, not excluded, not in memory;
 * permanent only where there is no configuration at all.
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
  /** The names of all apps that anything names, in order of appearance. */
  readonly apps: readonly string[];
  /** All paths on whose commit that of another path depends. */
  readonly dependencies: ReadonlySet<string>;
  readonly #config: CapioClConfig | undefined;
  readonly #capioDir: string;
  readonly #rules: readonly CapioClRule[];
  readonly #index: RuleIndex;

  /**
   * Gathers everything that is said, by path.
   *
   * @param config What holds; `undefined` without a configuration.
   * @throws {CapioError} If rules contradict each other, or depend on what lies
   * outside of the directory.
   */
  constructor(
    config: CapioClConfig | undefined,
    { capioDir, rules = [] }: CapioClEngineOptions,
  ) {
    this.name = config?.name;
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

  /** The same engine with more rules. */
  withRules(rules: readonly CapioClRule[]): CapioClEngine {
    return new CapioClEngine(this.#config, {
      capioDir: this.#capioDir,
      rules: [...this.#rules, ...rules],
    });
  }

  /** The names of the apps that write the path. */
  producers(path: string): string[] {
    return union(this.#index.about(path).map(({ entry }) => entry.producers));
  }

  /** The names of the apps that read the path. */
  consumers(path: string): string[] {
    return union(this.#index.about(path).map(({ entry }) => entry.consumers));
  }

  /**
   * When the path is finished. A rule for directories, such as `on_n_files`, is
   * never about what lies in them.
   */
  commitRule(path: string): CapioClCommitRule {
    for (const { entry, isInherited } of this.#index.about(path)) {
      const { committed, hasStreamingRule } = entry;
      if (
        isInherited && committed &&
        COMMIT_RULES[committed.type].isForDirectories
      ) {
        continue;
      }
      if (committed) return committed;
      if (hasStreamingRule) break;
    }
    return { type: "on_termination" };
  }

  /** When readers get the content of the path. */
  fireRule(path: string): CapioClFireRule {
    for (
      const { entry: { fire, hasStreamingRule } } of this.#index.about(path)
    ) {
      if (fire) return fire;
      if (hasStreamingRule) break;
    }
    return "update";
  }

  /** Whether the path is kept when the workflow ends. */
  isPermanent(path: string): boolean {
    return this.#fact(path, "isPermanent") ?? this.#config === undefined;
  }

  /** Whether the path is left to the file system alone. */
  isExcluded(path: string): boolean {
    return this.#fact(path, "isExcluded") ?? false;
  }

  /** Whether the bytes of the path live in memory until its commit. */
  isInMemory(path: string): boolean {
    return this.#fact(path, "isInMemory") ?? false;
  }

  /** Whether the path is said to be a directory. */
  isDirectory(path: string): boolean {
    const match = this.#index.about(path).find(({ entry, isInherited }) =>
      !isInherited && entry.isDirectory !== undefined
    );
    return match?.entry.isDirectory ?? false;
  }

  /**
   * Whether some app's output names the path, or a directory above it, itself:
   * a glob for output files says nothing about the directories they lie in.
   */
  isNamedOutput(path: string): boolean {
    const named = this.relativePath(path);
    return [named, ...directoriesAbove(named)].some((it) =>
      (this.#index.entries.get(it)?.producers.size ?? 0) > 0
    );
  }

  /**
   * Whether a stream or a rule names the path. The lists `permanent`,
   * `exclude` and `storage` say nothing about who produces it.
   */
  isDeclared(path: string): boolean {
    return this.#index.about(path).some(({ entry }) => entry.isDeclared);
  }

  /** Whether the graph lets an app read the path: a consumer or a producer. */
  mayRead(app: string, path: string): boolean {
    return this.#index.about(path).some(({ entry }) =>
      entry.consumers.has(app) || entry.producers.has(app)
    );
  }

  /** Whether the graph lets an app write the path. */
  mayWrite(app: string, path: string): boolean {
    return this.#index.about(path).some(({ entry }) =>
      entry.producers.has(app)
    );
  }

  /**
   * Whether the graph lets an app create the path as a directory: it may write
   * it, or something below it.
   */
  mayMakeDirectory(app: string, path: string): boolean {
    if (this.mayWrite(app, path)) return true;
    const directory = `${this.relativePath(path)}/`;
    return [...this.#index.entries].some(([pattern, { producers }]) =>
      producers.has(app) && mayLieBelow(pattern, directory)
    );
  }

  /**
   * The path relative to `capioDir`, with `/` between components; `""` for
   * `capioDir` itself.
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
    const match = this.#index.about(path).find(({ entry }) =>
      entry[fact] !== undefined
    );
    return match?.entry[fact];
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

/** Whether something that a pattern matches may lie below a directory. */
function mayLieBelow(pattern: string, directory: string): boolean {
  const head = literalHead(pattern);
  return head.startsWith(directory) ||
    isGlob(pattern) && directory.startsWith(head);
}
