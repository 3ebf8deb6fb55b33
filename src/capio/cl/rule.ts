import type { CapioClCommitRule, CapioClFireRule } from "./config.ts";

/**
 * A rule of CAPIO-CL written in code: what it names of a path holds, what it
 * leaves out is as the configuration says. Names and meaning are those of
 * `CapioCLRule` of the original's Python package.
 */
export interface CapioClRule {
  /** A path or a glob, absolute or relative to the workflow's directory. */
  readonly path: string;
  /**
   * When it is finished. Left out, `closeCount` implies `on_close`,
   * `directoryNFileExpected` implies `on_n_files`, and `fileDependencies`
   * imply `on_file`.
   */
  readonly committed?: CapioClCommitRule["type"];
  /** When readers get its content. */
  readonly fire?: CapioClFireRule;
  /**
   * The number of closes that finish it, with `on_close`.
   *
   * @default {1}
   */
  readonly closeCount?: number;
  /** The number of entries that finish a directory, with `on_n_files`. */
  readonly directoryNFileExpected?: number;
  /** Whether it is a directory. */
  readonly isDirectory?: boolean;
  /** Whether it is kept when the workflow ends. */
  readonly isPermanent?: boolean;
  /** Whether it is left to the file system alone. */
  readonly isExcluded?: boolean;
  /** Names of the apps that write it. */
  readonly producers?: readonly string[];
  /** Names of the apps that read it. */
  readonly consumers?: readonly string[];
  /** The paths whose commit finishes it, with `on_file`. */
  readonly fileDependencies?: readonly string[];
}

const COMMIT_RULES = ["on_close", "on_termination", "on_file", "on_n_files"];

/**
 * The commit rule that a rule in code states, if it states one.
 *
 * @throws {TypeError} If the rule lacks what its commit rule needs, or states
 * what belongs to another one.
 * @throws {RangeError} If a count is not a whole number from 1.
 */
export function commitRuleOf(rule: CapioClRule): CapioClCommitRule | undefined {
  checkRule(rule);
  const { closeCount, directoryNFileExpected, fileDependencies } = rule;
  const type = rule.committed ?? impliedCommitRule(rule);
  refuse(rule, "closeCount", type !== "on_close");
  refuse(rule, "directoryNFileExpected", type !== "on_n_files");
  refuse(rule, "fileDependencies", type !== "on_file");
  switch (type) {
    case undefined:
    case "on_termination":
      return type && { type };
    case "on_close":
      return { type, count: checkCount(rule, "closeCount", closeCount ?? 1) };
    case "on_n_files":
      return {
        type,
        count: checkCount(
          rule,
          "directoryNFileExpected",
          directoryNFileExpected,
        ),
      };
    case "on_file":
      if (fileDependencies?.length) {
        return { type, dependencies: fileDependencies };
      }
      throw new TypeError(
        `Cannot use the rule for "${rule.path}": "on_file" needs "fileDependencies"`,
      );
  }
}

function checkRule({ path, committed, fire }: CapioClRule): void {
  if (typeof path !== "string" || path === "") {
    throw new TypeError(
      `Cannot use a rule without a path: "path" must be a string that is not empty, found ${
        JSON.stringify(path)
      }`,
    );
  }
  if (committed !== undefined && !COMMIT_RULES.includes(committed)) {
    throw new TypeError(
      `Cannot use the rule for "${path}": "committed" must be one of ${
        COMMIT_RULES.map((name) => `"${name}"`).join(", ")
      }, found "${committed}"`,
    );
  }
  if (fire !== undefined && fire !== "update" && fire !== "no_update") {
    throw new TypeError(
      `Cannot use the rule for "${path}": "fire" must be "update" or "no_update", found "${fire}"`,
    );
  }
}

function impliedCommitRule(
  { closeCount, directoryNFileExpected, fileDependencies }: CapioClRule,
): CapioClCommitRule["type"] | undefined {
  if (closeCount !== undefined) return "on_close";
  if (directoryNFileExpected !== undefined) return "on_n_files";
  if (fileDependencies !== undefined) return "on_file";
  return undefined;
}

function refuse(
  rule: CapioClRule,
  member: keyof CapioClRule,
  isForeign: boolean,
): void {
  if (!isForeign || rule[member] === undefined) return;
  throw new TypeError(
    `Cannot use the rule for "${rule.path}": "${member}" does not belong to "${
      rule.committed ?? impliedCommitRule(rule)
    }"`,
  );
}

function checkCount(
  { path }: CapioClRule,
  member: keyof CapioClRule,
  count: number | undefined,
): number {
  if (count !== undefined && Number.isSafeInteger(count) && count >= 1) {
    return count;
  }
  throw new RangeError(
    `Cannot use the rule for "${path}": "${member}" must be a whole number from 1, found ${count}`,
  );
}
