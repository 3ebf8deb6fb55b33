import {
  array,
  type Condition,
  type JsonObject,
  members,
  oneOf,
  optional,
  type Schema,
} from "../checked_json/mod.ts";
import type { CommitRuleFile } from "./commit_rule.ts";
import { commitRuleEntries, unmetByCommitRule } from "./commit_rule_text.ts";
import { optionalPaths, paths, text } from "./path_schemas.ts";

/** A CAPIO-CL file as it is written. */
export interface CapioClFile {
  name: string;
  version?: 1 | 1.1;
  configuration?: string;
  aliases?: { group_name: string; files: string[] }[];
  IO_Graph: AppFile[];
  permanent?: string[];
  exclude?: string[];
  home_node_policies?: HomeNodeFile;
  home_node_policy?: HomeNodeFile;
  storage?: { memory?: string[]; fs?: string[] };
}

/** One element of `IO_Graph`, as it is written. */
export interface AppFile {
  name: string;
  input_stream?: string[];
  output_stream?: string[];
  streaming?: StreamingFile[];
}

/** One element of `streaming`, as it is written. */
export interface StreamingFile extends CommitRuleFile {
  name?: string[];
  dirname?: string[];
  mode?: "update" | "no_update";
}

/** The value of `home_node_policies`, as it is written. */
export interface HomeNodeFile {
  create?: string[];
  hashing?: string[];
  manual?: { name: string[]; app_node: string }[];
}

const homeNodeSchema = members({
  create: optionalPaths,
  hashing: optionalPaths,
  manual: optional(
    array(members({ name: paths, app_node: text }), "an array of objects"),
  ),
});

/** Accepts what the original's schema accepts; unless `strict`, also its documented forms. */
export function capioClSchema(
  { strict }: { strict: boolean },
): Schema<CapioClFile> {
  const documented = { home_node_policy: optional(homeNodeSchema) };
  return members<CapioClFile>({
    name: text,
    version: optional(oneOf([1, 1.1], "1 or 1.1")),
    configuration: optional(text),
    aliases: optional(
      array(
        members({ group_name: text, files: paths }),
        "an array of objects",
      ),
    ),
    IO_Graph: array(appSchema(strict), "an array of objects"),
    permanent: optionalPaths,
    exclude: optionalPaths,
    home_node_policies: optional(homeNodeSchema),
    ...(strict ? {} : documented),
    storage: optional(members({ memory: optionalPaths, fs: optionalPaths })),
  }, strict ? configurationNeedsItsVersion : documentedFileIsWhole);
}

function appSchema(strict: boolean): Schema<AppFile> {
  const stream = strict ? paths : optionalPaths;
  return members({
    name: text,
    input_stream: stream,
    output_stream: stream,
    streaming: optional(
      array(streamingSchema(strict), "an array of objects"),
    ),
  });
}

function streamingSchema(strict: boolean): Schema<StreamingFile> {
  return members({
    name: optionalPaths,
    dirname: optionalPaths,
    mode: optional(
      oneOf(["update", "no_update"], '"update" or "no_update"'),
    ),
    ...commitRuleEntries(strict),
  }, strict ? streamingRuleIsWhole : documentedRuleIsWhole);
}

function* configurationNeedsItsVersion(
  { version, configuration }: JsonObject,
): Generator<Condition> {
  if (configuration !== undefined && version !== 1.1) {
    yield ["version", '1.1, which member "configuration" needs'];
  }
}

function* documentedFileIsWhole(file: JsonObject): Generator<Condition> {
  yield* configurationNeedsItsVersion(file);
  yield* noBoth(file, "home_node_policies", "home_node_policy");
}

function* documentedRuleIsWhole(rule: JsonObject): Generator<Condition> {
  yield* streamingRuleIsWhole(rule);
  yield* noBoth(rule, "file_deps", "files_deps");
}

/** Refuses a member under its documented name beside its name in the schema. */
function* noBoth(
  file: JsonObject,
  member: string,
  documented: string,
): Generator<Condition> {
  if (file[member] === undefined || file[documented] === undefined) return;
  yield [documented, `no member "${documented}" beside member "${member}"`];
}

function* streamingRuleIsWhole(
  rule: JsonObject,
): Generator<Condition> {
  const { name, dirname } = rule;
  if (name === undefined && dirname === undefined) {
    yield ["name", 'member "name" or member "dirname"'];
  }
  if (name !== undefined && dirname !== undefined) {
    yield ["dirname", 'no member "dirname" beside member "name"'];
  }
  yield* unmetByCommitRule(rule);
}
