import { CapioError } from "../platform/mod.ts";
import { aliasExpander } from "./alias.ts";
import {
  type CapioClCommitRule,
  COMMIT_RULES,
  mapDependencies,
} from "./commit_rule.ts";
import type {
  CapioClConfig,
  CapioClFireRule,
  CapioClStreamingRule,
} from "./config.ts";
import { type CapioClRule, commitRuleOf } from "./rule.ts";

/** The statements about one path or glob; `undefined` where there is none. */
export interface RuleEntry {
  readonly producers: Set<string>;
  readonly consumers: Set<string>;
  /** The apps whose streaming rules name it. */
  readonly streamers: Set<string>;
  committed?: CapioClCommitRule;
  fire?: CapioClFireRule;
  isDirectory?: boolean;
  isPermanent?: boolean;
  isExcluded?: boolean;
  isInMemory?: boolean;
  /**
   * Whether a stream, a rule or the dependencies of a rule name it, not only a
   * list such as `permanent`.
   */
  isDeclared: boolean;
  /** Whether a streaming rule names it; what that leaves out is the default. */
  hasStreamingRule: boolean;
}

/** The members of an entry that can be stated once. */
type Fact = {
  [Key in keyof RuleEntry]-?: undefined extends RuleEntry[Key] ? Key : never;
}[keyof RuleEntry];

/**
 * Gathers the statements of configurations and rules, by path.
 *
 * Its methods throw a `CapioError` if two statements about a path contradict
 * each other.
 */
export class RuleTable {
  /** The statements, by path as `normalize` returned it. */
  readonly entries: Map<string, RuleEntry> = new Map();
  readonly #normalize: (path: string) => string;

  /** @param normalize Gives all spellings of a path one form. */
  constructor(normalize: (path: string) => string = (path) => path) {
    this.#normalize = normalize;
  }

  addConfig(config: CapioClConfig): void {
    const expand = aliasExpander(config.aliases);
    for (
      const { name, inputStream, outputStream, streaming } of config.ioGraph
    ) {
      for (const path of expand(inputStream)) {
        this.#declare(path).consumers.add(name);
      }
      for (const path of expand(outputStream)) {
        this.#declare(path).producers.add(name);
      }
      for (const rule of streaming) this.#addStreamingRule(name, rule, expand);
    }
    const state = (paths: readonly string[], fact: Fact, value: boolean) => {
      for (const path of expand(paths)) this.#state(path, fact, value);
    };
    state(config.permanent, "isPermanent", true);
    state(config.exclude, "isExcluded", true);
    state(config.storage.memory, "isInMemory", true);
    state(config.storage.fs, "isInMemory", false);
  }

  addRule(rule: CapioClRule): void {
    const committed = commitRuleOf(rule);
    const { path } = rule;
    const entry = this.#declare(path);
    for (const app of rule.producers ?? []) entry.producers.add(app);
    for (const app of rule.consumers ?? []) entry.consumers.add(app);
    this.#state(path, "committed", committed && this.#resolve(committed));
    this.#state(path, "fire", rule.fire);
    const impliesDirectory = committed &&
      COMMIT_RULES[committed.type].isForDirectories;
    this.#state(
      path,
      "isDirectory",
      rule.isDirectory ?? (impliesDirectory || undefined),
    );
    this.#state(path, "isPermanent", rule.isPermanent);
    this.#state(path, "isExcluded", rule.isExcluded);
  }

  #addStreamingRule(
    app: string,
    { kind, paths, committed, mode }: CapioClStreamingRule,
    expand: (paths: readonly string[]) => string[],
  ): void {
    const resolved = committed && this.#resolve(committed, expand);
    for (const path of expand(paths)) {
      const entry = this.#declare(path);
      entry.hasStreamingRule = true;
      entry.streamers.add(app);
      this.#state(path, "isDirectory", kind === "directory");
      this.#state(path, "committed", resolved);
      this.#state(path, "fire", mode);
    }
  }

  #resolve(
    rule: CapioClCommitRule,
    expand: (paths: readonly string[]) => readonly string[] = (paths) => paths,
  ): CapioClCommitRule {
    return mapDependencies(rule, (paths) => {
      const named = expand(paths);
      for (const path of named) this.#declare(path);
      return named.map(this.#normalize).sort();
    });
  }

  #declare(path: string): RuleEntry {
    const entry = this.#entry(path);
    entry.isDeclared = true;
    return entry;
  }

  #entry(path: string): RuleEntry {
    const key = this.#normalize(path);
    const known = this.entries.get(key);
    if (known) return known;
    const entry: RuleEntry = {
      producers: new Set(),
      consumers: new Set(),
      streamers: new Set(),
      isDeclared: false,
      hasStreamingRule: false,
    };
    this.entries.set(key, entry);
    return entry;
  }

  #state<F extends Fact>(path: string, fact: F, value: RuleEntry[F]): void {
    if (value === undefined) return;
    const entry = this.#entry(path);
    const stated = JSON.stringify(entry[fact]);
    if (stated !== undefined && stated !== JSON.stringify(value)) {
      throw new CapioError(
        "INVALID_CONFIGURATION",
        `Rules for "${path}" contradict each other: "${fact}" cannot be both ${stated} and ${
          JSON.stringify(value)
        }`,
      );
    }
    entry[fact] = value;
  }
}
