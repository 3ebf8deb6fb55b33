import * as fc from "fast-check";
import type {
  CapioClCommitRule,
  CapioClConfig,
  CapioClStreamingRule,
} from "../../../src/capio/mod.ts";

/** More runs with `SLUICE_FUZZ=100` times the usual; a failure prints its seed. */
export function propertyOptions(runs: number): { numRuns: number } {
  return { numRuns: runs * Number(Deno.env.get("SLUICE_FUZZ") ?? 1) };
}

const path = fc.oneof(
  fc.constantFrom(
    "a.csv",
    "*.csv",
    "dir/b",
    "[",
    "g",
    "é 😀",
    "./x",
    "on_close",
  ),
  fc.string({ minLength: 1 }),
);
const paths = fc.array(path, { maxLength: 3 });

const count = fc.integer({ min: 1, max: 999_999_999 });

type CommitRuleOf<Type> = Extract<CapioClCommitRule, { type: Type }>;

const commitRules: {
  [Type in CapioClCommitRule["type"]]: fc.Arbitrary<CommitRuleOf<Type>>;
} = {
  on_close: plain({ type: fc.constant("on_close" as const), count }),
  on_termination: fc.constant({ type: "on_termination" as const }),
  on_file: plain({
    type: fc.constant("on_file" as const),
    dependencies: paths,
  }),
  on_n_files: plain({ type: fc.constant("on_n_files" as const), count }),
};

const { on_n_files, ...commitRulesOfFiles } = commitRules;
const committed = fc.oneof(...Object.values(commitRulesOfFiles));

const mode = fc.constantFrom("update" as const, "no_update" as const);

const streamingRule: fc.Arbitrary<CapioClStreamingRule> = fc.oneof(
  ruleOf("file", committed),
  ruleOf("directory", fc.oneof(committed, on_n_files)),
);

const name = fc.string({ minLength: 1 });

const sections = {
  name,
  aliases: fc.array(plain({ groupName: name, files: paths })),
  ioGraph: fc.array(
    plain({
      name,
      inputStream: paths,
      outputStream: paths,
      streaming: fc.array(streamingRule, { maxLength: 3 }),
    }),
    { maxLength: 4 },
  ),
  permanent: paths,
  exclude: paths,
  homeNodePolicies: plain({
    create: paths,
    hashing: paths,
    manual: fc.array(plain({ name: paths, appNode: name }), { maxLength: 2 }),
  }),
  storage: plain({ memory: paths, fs: paths }),
};

/** Any configuration. */
export const config: fc.Arbitrary<CapioClConfig> = fc.oneof(
  plain({ version: fc.constant(1 as const), ...sections }),
  plain({ version: fc.constant(1.1 as const), ...sections }),
  plain({
    version: fc.constant(1.1 as const),
    configuration: fc.string({ minLength: 1 }),
    ...sections,
  }),
);

/** Texts from another arbitrary, most of them damaged. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const damage = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    insert: fc.oneof(
      fc.constantFrom(
        ...'{}[],:"\\ \n\t0-e.',
        "null",
        "true",
        '"name":',
        "[[",
        "\u0000",
        "\ud800",
        '"__proto__":1,',
        "-0",
      ),
      fc.string({ maxLength: 3 }),
    ),
  });
  return fc.tuple(texts, fc.array(damage, { maxLength: 3 })).map(
    ([text, damages]) =>
      damages.reduce((damaged, { at, remove, insert }) => {
        const start = at % (damaged.length + 1);
        return damaged.slice(0, start) + insert +
          damaged.slice(start + remove);
      }, text),
  );
}

function ruleOf(
  kind: "file" | "directory",
  committed: fc.Arbitrary<CapioClCommitRule>,
): fc.Arbitrary<CapioClStreamingRule> {
  return fc.record(
    { kind: fc.constant(kind), paths, committed, mode },
    { requiredKeys: ["kind", "paths"], noNullPrototype: true },
  );
}

function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(model, { noNullPrototype: true });
}
