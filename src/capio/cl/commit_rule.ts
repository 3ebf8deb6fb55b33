import { checkInteger, checkStrings } from "../../internal/mod.ts";
import {
  type Condition,
  type JsonObject,
  number,
  optional,
  type Schema,
  where,
} from "../checked_json/mod.ts";
import { optionalPaths } from "./path_schemas.ts";

/**
 * The rule by which a file or a directory is finished.
 *
 * - `on_close`: after the `count`-th close by one of its producers
 * - `on_termination`: when every process of every producer has left
 * - `on_file`: when all `dependencies` are committed; they are paths, not globs
 * - `on_n_files`: when the directory has at least `count` entries
 *
 * A rule with `dependencies` waits for the commit of other paths.
 */
export type CapioClCommitRule =
  | { readonly type: "on_close"; readonly count: number }
  | { readonly type: "on_termination" }
  | { readonly type: "on_file"; readonly dependencies: readonly string[] }
  | { readonly type: "on_n_files"; readonly count: number };

/** The members of a rule in code that only one commit rule each has. */
export interface CapioClCommitArguments {
  /**
   * The number of closes that finish it, with `on_close`.
   *
   * @default {1}
   */
  readonly closeCount?: number;
  /** The number of entries that finish a directory, with `on_n_files`. */
  readonly directoryNFileExpected?: number;
  /** The paths whose commit finishes it, with `on_file`. */
  readonly fileDependencies?: readonly string[];
}

/** The members of a CAPIO-CL file that state a commit rule, as written. */
export interface CommitRuleFile {
  committed?: string;
  n_files?: number;
  file_deps?: string[];
  /** The documented name of `file_deps`. */
  files_deps?: string[];
}

/**
 * All that the language says of one commit rule. `journal/state/completion.ts` decides
 * when it is satisfied, `workflow/missing.ts` tells a reader what is missing.
 */
export interface CommitRuleForm<Rule extends CapioClCommitRule> {
  /** The texts that a message offers for `committed`. */
  readonly expected: string;
  /** The values of `committed`, as a regular expression. */
  readonly pattern: string;
  /** The same with what the original documents and its schema refuses. */
  readonly documentedPattern?: string;
  /** The member of a rule in code that gives the rule its argument. */
  readonly argument?: keyof CapioClCommitArguments;
  /** Whether it is a rule for directories and never for their entries. */
  readonly isForDirectories: boolean;
  /** Finds the condition that the other members fail beside `committed`. */
  unmet?(file: JsonObject): Condition | undefined;
  /** Makes the rule of the members and the first group of the pattern. */
  parse(file: CommitRuleFile, group: string | undefined): Rule;
  /** Writes the rule in the form that the schema accepts. */
  serialize(rule: Rule): CommitRuleFile;
  /** Makes the rule of a rule in code, `undefined` when its argument is missing. */
  fromArguments(given: CapioClCommitArguments): Rule | undefined;
}

/** The name of a commit rule. */
export type CommitRuleType = CapioClCommitRule["type"];

type RuleOf<Type> = Extract<CapioClCommitRule, { readonly type: Type }>;

const COUNT = "[1-9][0-9]{0,8}";

/** The commit rules of the language, in the order in which messages list them. */
export const COMMIT_RULES: {
  readonly [Type in CommitRuleType]: CommitRuleForm<RuleOf<Type>>;
} = {
  on_close: {
    expected: '"on_close", "on_close:N" with N from 1',
    pattern: `on_close(?::(${COUNT}))?`,
    argument: "closeCount",
    isForDirectories: false,
    parse: (_, group = "1") => ({ type: "on_close", count: Number(group) }),
    serialize: ({ type, count }) => ({
      committed: count === 1 ? type : `${type}:${count}`,
    }),
    fromArguments: ({ closeCount = 1 }) => ({
      type: "on_close",
      count: closeCount,
    }),
  },
  on_termination: {
    expected: '"on_termination"',
    pattern: "on_termination",
    isForDirectories: false,
    parse: () => ({ type: "on_termination" }),
    serialize: ({ type }) => ({ committed: type }),
    fromArguments: () => ({ type: "on_termination" }),
  },
  on_file: {
    expected: '"on_file"',
    pattern: "on_file",
    documentedPattern: "on_file(?::(.+))?",
    argument: "fileDependencies",
    isForDirectories: false,
    unmet({ committed, file_deps, files_deps }) {
      const isUnmet = committed === "on_file" && file_deps === undefined &&
        files_deps === undefined;
      return isUnmet
        ? ["file_deps", 'member "file_deps", which "on_file" needs']
        : undefined;
    },
    parse({ file_deps, files_deps }, group) {
      const listed = file_deps ?? files_deps ?? [];
      const dependencies = group === undefined
        ? listed
        : [...new Set([group, ...listed])];
      return { type: "on_file", dependencies };
    },
    serialize: ({ type, dependencies }) => ({
      committed: type,
      file_deps: [...dependencies],
    }),
    fromArguments: ({ fileDependencies = [] }) =>
      fileDependencies.length > 0
        ? { type: "on_file", dependencies: fileDependencies }
        : undefined,
  },
  on_n_files: {
    expected: '"on_n_files"',
    pattern: "on_n_files",
    documentedPattern: `on_n_files|n_files:(${COUNT})`,
    argument: "directoryNFileExpected",
    isForDirectories: true,
    unmet: ({ committed, n_files }) =>
      committed === "on_n_files" && (n_files === undefined || n_files === 0)
        ? ["n_files", 'a number from 1, which "on_n_files" needs']
        : undefined,
    parse: ({ n_files = 1 }, group = `${n_files}`) => ({
      type: "on_n_files",
      count: Number(group),
    }),
    serialize: ({ type, count }) => ({ committed: type, n_files: count }),
    fromArguments: ({ directoryNFileExpected: count }) =>
      count === undefined ? undefined : { type: "on_n_files", count },
  },
};

/** Checks the members of a rule in code that belong to commit rules. */
export const COMMIT_ARGUMENT_CHECKS: {
  readonly [Name in keyof Required<CapioClCommitArguments>]: (
    name: string,
    value: unknown,
  ) => void;
} = {
  closeCount: (name, value) => checkInteger(name, value, { min: 1 }),
  directoryNFileExpected: (name, value) =>
    checkInteger(name, value, { min: 1 }),
  fileDependencies: checkStrings,
};

/** The schemas of the members beside `committed`, documented ones included. */
export const COMMIT_MEMBER_SCHEMAS: {
  readonly [Name in Exclude<keyof Required<CommitRuleFile>, "committed">]:
    Schema<CommitRuleFile[Name]>;
} = {
  n_files: optional(
    where(
      where(number("a number"), "a whole number", Number.isSafeInteger),
      "a number that is not negative",
      (it) => it >= 0,
    ),
  ),
  file_deps: optionalPaths,
  files_deps: optionalPaths,
};

/** The names of all commit rules. */
export const COMMIT_RULE_TYPES: readonly CommitRuleType[] =
  // The table has the names of the rules for its keys, and no others.
  Object.keys(COMMIT_RULES) as CommitRuleType[];

/** Returns the paths that a rule depends on, `undefined` if it is not that kind. */
export function dependenciesOf(
  rule: CapioClCommitRule,
): readonly string[] | undefined {
  return "dependencies" in rule ? rule.dependencies : undefined;
}

/** Returns the rule with the paths changed that it depends on, if it does. */
export function mapDependencies(
  rule: CapioClCommitRule,
  change: (paths: readonly string[]) => readonly string[],
): CapioClCommitRule {
  return "dependencies" in rule
    ? { ...rule, dependencies: change(rule.dependencies) }
    : rule;
}
