import {
  checkBoolean,
  checkNonEmptyString,
  checkOneOf,
  checkStrings,
  refused,
} from "../../internal/mod.ts";
import {
  type CapioClCommitArguments,
  type CapioClCommitRule,
  COMMIT_ARGUMENT_CHECKS,
  COMMIT_RULE_TYPES,
  COMMIT_RULES,
  type CommitRuleType,
} from "./commit_rule.ts";
import type { CapioClFireRule } from "./config.ts";

/**
 * A rule of CAPIO-CL written in code. The configuration decides what the rule
 * leaves out. Names and meaning are those of `CapioCLRule` of the original's
 * Python package.
 */
export interface CapioClRule extends CapioClCommitArguments {
  /** A path or a glob, absolute or relative to the workflow's directory. */
  readonly path: string;
  /**
   * The rule by which it is finished. Left out, a member that belongs to one
   * commit rule implies that rule: `closeCount` implies `on_close`,
   * `fileDependencies` imply `on_file`, `directoryNFileExpected` implies
   * `on_n_files`.
   */
  readonly committed?: CapioClCommitRule["type"];
  /** The rule by which readers get its content. */
  readonly fire?: CapioClFireRule;
  /** Whether it is a directory. */
  readonly isDirectory?: boolean;
  /** Whether it is kept when the workflow ends. */
  readonly isPermanent?: boolean;
  /** Whether it is excluded, and so not interposed. */
  readonly isExcluded?: boolean;
  /** Names of the apps that write it. */
  readonly producers?: readonly string[];
  /** Names of the apps that read it. */
  readonly consumers?: readonly string[];
}

/** Throws unless a member, where it is given, is what it has to be. */
const CHECKS: {
  readonly [Member in keyof Required<CapioClRule>]: (
    name: string,
    value: unknown,
  ) => void;
} = {
  path: checkNonEmptyString,
  committed: (name, value) => checkOneOf(name, value, COMMIT_RULE_TYPES),
  fire: (name, value) => checkOneOf(name, value, ["update", "no_update"]),
  isDirectory: checkBoolean,
  isPermanent: checkBoolean,
  isExcluded: checkBoolean,
  producers: checkStrings,
  consumers: checkStrings,
  ...COMMIT_ARGUMENT_CHECKS,
};

/**
 * Returns the commit rule that a rule in code states, if it states one.
 *
 * @throws {TypeError} If a member is of a wrong type, or the rule lacks what its
 * commit rule needs, or states what belongs to another one.
 * @throws {RangeError} If a count is not a positive integer, or the path empty.
 */
export function commitRuleOf(rule: CapioClRule): CapioClCommitRule | undefined {
  checkRule(rule);
  const given = COMMIT_RULE_TYPES.filter((type) => {
    const { argument } = COMMIT_RULES[type];
    return argument !== undefined && rule[argument] !== undefined;
  });
  const type = rule.committed ?? given.at(0);
  if (type === undefined) return undefined;
  const foreign = given.find((it) => it !== type);
  if (foreign !== undefined) {
    const { argument } = COMMIT_RULES[foreign];
    throw new TypeError(
      cannotUse(rule, `"${argument}" does not belong to "${type}"`),
    );
  }
  return commitRuleOfType(type, rule);
}

function commitRuleOfType(
  type: CommitRuleType,
  rule: CapioClRule,
): CapioClCommitRule {
  const { argument, fromArguments } = COMMIT_RULES[type];
  const commitRule = fromArguments(rule);
  if (commitRule) return commitRule;
  throw new TypeError(cannotUse(rule, `"${type}" needs "${argument}"`));
}

function checkRule(rule: CapioClRule): void {
  if (typeof rule !== "object" || rule === null) {
    throw refused("rule", "an object", rule);
  }
  const foreign = Object.keys(rule).find((it) => !Object.hasOwn(CHECKS, it));
  if (foreign !== undefined) {
    throw new TypeError(cannotUse(rule, `no rule has a member "${foreign}"`));
  }
  try {
    for (const [member, check] of Object.entries(CHECKS)) {
      const value: unknown = Reflect.get(rule, member);
      if (value !== undefined || member === "path") check(member, value);
    }
  } catch (error) {
    if (error instanceof Error) error.message = cannotUse(rule, error.message);
    throw error;
  }
}

function cannotUse({ path }: CapioClRule, reason: string): string {
  const name = path && typeof path === "string"
    ? `the rule for "${path}"`
    : "a rule without a path";
  return `Cannot use ${name}: ${reason}`;
}
