import type { CapioClCommitRule, CapioClFireRule } from "./config.ts";
import { showFound } from "../checked_json/found.ts";

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

type Check = readonly [expected: string, isSo: (value: unknown) => boolean];

const NAMES: Check = ["an array of strings", isNames];
const FLAG: Check = ["true or false", (value) => typeof value === "boolean"];
const COUNT: Check = [
  "a whole number from 1",
  (value) => Number.isSafeInteger(value) && Number(value) >= 1,
];

/** What each member of a rule has to be, where it is given. */
const MEMBERS: { readonly [Member in keyof Required<CapioClRule>]: Check } = {
  path: [
    "a string that is not empty",
    (value) => typeof value === "string" && value !== "",
  ],
  committed: oneOf(COMMIT_RULES),
  fire: oneOf(["update", "no_update"]),
  closeCount: COUNT,
  directoryNFileExpected: COUNT,
  isDirectory: FLAG,
  isPermanent: FLAG,
  isExcluded: FLAG,
  producers: NAMES,
  consumers: NAMES,
  fileDependencies: NAMES,
};

/**
 * The commit rule that a rule in code states, if it states one.
 *
 * @throws {TypeError} If a member is not what it should be, or the rule lacks
 * what its commit rule needs, or states what belongs to another one.
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
      return { type, count: closeCount ?? 1 };
    case "on_n_files":
      if (directoryNFileExpected) {
        return { type, count: directoryNFileExpected };
      }
      throw new TypeError(
        cannotUse(rule, `"${type}" needs "directoryNFileExpected"`),
      );
    case "on_file":
      if (fileDependencies?.length) {
        return { type, dependencies: fileDependencies };
      }
      throw new TypeError(
        cannotUse(rule, `"${type}" needs "fileDependencies"`),
      );
  }
}

function checkRule(rule: CapioClRule): void {
  if (typeof rule !== "object" || rule === null) {
    throw new TypeError(`A rule must be an object, found ${showFound(rule)}`);
  }
  const foreign = Object.keys(rule).find((it) => !Object.hasOwn(MEMBERS, it));
  if (foreign !== undefined) {
    throw new TypeError(cannotUse(rule, `no rule has a member "${foreign}"`));
  }
  for (const [member, [expected, isSo]] of Object.entries(MEMBERS)) {
    const value: unknown = Reflect.get(rule, member);
    if (value === undefined && member !== "path") continue;
    if (isSo(value)) continue;
    const reason = `"${member}" must be ${expected}, found ${showFound(value)}`;
    const Mistake = typeof value === "number" ? RangeError : TypeError;
    throw new Mistake(cannotUse(rule, reason));
  }
}

function cannotUse({ path }: CapioClRule, reason: string): string {
  const name = path && typeof path === "string"
    ? `the rule for "${path}"`
    : "a rule without a path";
  return `Cannot use ${name}: ${reason}`;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) &&
    value.every((it) => typeof it === "string" && it !== "");
}

function oneOf(values: readonly string[]): Check {
  const quoted = values.map((value) => `"${value}"`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return [expected, (value) => values.some((it) => it === value)];
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
  const type = rule.committed ?? impliedCommitRule(rule);
  throw new TypeError(
    cannotUse(rule, `"${member}" does not belong to "${type}"`),
  );
}
