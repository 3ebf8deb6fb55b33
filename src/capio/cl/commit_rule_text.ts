import {
  type Condition,
  type JsonObject,
  type MemberSchemas,
  optional,
  string,
  where,
} from "../checked_json/mod.ts";
import {
  type CapioClCommitRule,
  COMMIT_MEMBER_SCHEMAS,
  COMMIT_RULE_TYPES,
  COMMIT_RULES,
  type CommitRuleFile,
  type CommitRuleForm,
  type CommitRuleType,
} from "./commit_rule.ts";

/** The schemas of the members of a streaming rule that state its commit rule. */
export function commitRuleEntries(
  strict: boolean,
): MemberSchemas<CommitRuleFile> {
  const forms = COMMIT_RULE_TYPES.map((type) => COMMIT_RULES[type]);
  const names = forms.map(({ expected }) => expected);
  const expected = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const patterns = forms.map(({ pattern, documentedPattern }) =>
    strict ? pattern : documentedPattern ?? pattern
  );
  const { files_deps, ...members } = COMMIT_MEMBER_SCHEMAS;
  const allowed = whole(patterns.join("|"));
  return {
    committed: optional(
      where(string(expected), expected, (it) => allowed.test(it)),
    ),
    ...members,
    ...(strict ? {} : { files_deps }),
  };
}

/** Finds the conditions that a streaming rule fails because of its commit rule. */
export function* unmetByCommitRule(rule: JsonObject): Generator<Condition> {
  for (const type of COMMIT_RULE_TYPES) {
    const unmet = COMMIT_RULES[type].unmet?.(rule);
    if (unmet) yield unmet;
  }
  const { name, committed } = rule;
  if (name === undefined || typeof committed !== "string") return;
  const written = readType(committed);
  if (written && COMMIT_RULES[written.type].isForDirectories) {
    yield ["committed", `a commit rule of files beside member "name"`];
  }
}

/** Returns the commit rule that a streaming rule states, if it states one. */
export function parseCommitRule(
  rule: CommitRuleFile,
): CapioClCommitRule | undefined {
  if (rule.committed === undefined) return undefined;
  const written = readType(rule.committed);
  // The schema has refused what no pattern matches.
  if (!written) throw new Error(`Unknown commit rule "${rule.committed}"`);
  return COMMIT_RULES[written.type].parse(rule, written.argument);
}

/** Writes a commit rule in the form that the schema accepts. */
export function serializeCommitRule(rule: CapioClCommitRule): CommitRuleFile {
  return formOf(rule).serialize(rule);
}

/** The form of a rule, typed as the form of just that rule. */
function formOf<Rule extends CapioClCommitRule>(
  rule: Rule,
): CommitRuleForm<Rule> {
  // TypeScript does not see that the entry at `rule.type` is that of `Rule`.
  return COMMIT_RULES[rule.type] as unknown as CommitRuleForm<Rule>;
}

const PATTERNS = COMMIT_RULE_TYPES.map((type) => {
  const { pattern, documentedPattern = pattern } = COMMIT_RULES[type];
  return { type, pattern: whole(documentedPattern) };
});

/** Finds out which rule a value of `committed` names, and its argument. */
function readType(
  committed: string,
): { type: CommitRuleType; argument: string | undefined } | undefined {
  for (const { type, pattern } of PATTERNS) {
    const match = pattern.exec(committed);
    if (match) return { type, argument: match[1] };
  }
  return undefined;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "s");
}
