import {
  type Condition,
  type JsonObject,
  members,
} from "../checked_json/members.ts";
import {
  array,
  number,
  oneOf,
  optional,
  type Schema,
  string,
  where,
} from "../checked_json/schema.ts";

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
export interface StreamingFile {
  name?: string[];
  dirname?: string[];
  committed?: string;
  mode?: "update" | "no_update";
  n_files?: number;
  file_deps?: string[];
  files_deps?: string[];
}

/** The value of `home_node_policies`, as it is written. */
export interface HomeNodeFile {
  create?: string[];
  hashing?: string[];
  manual?: { name: string[]; app_node: string }[];
}

const text = where(
  string("a string"),
  "a string that is not empty",
  (it) => it !== "",
);
const paths = array(text, "an array of paths");
const optionalPaths = optional(paths);

const homeNodeSchema = members({
  create: optionalPaths,
  hashing: optionalPaths,
  manual: optional(
    array(members({ name: paths, app_node: text }), "an array of objects"),
  ),
});

/** Exactly what the original's schema accepts, or the documented forms too. */
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
  const documented = { files_deps: optionalPaths };
  return members({
    name: optionalPaths,
    dirname: optionalPaths,
    committed: optional(commitRuleSchema(strict)),
    mode: optional(
      oneOf(["update", "no_update"], '"update" or "no_update"'),
    ),
    n_files: optional(
      where(
        where(number("a number"), "a whole number", Number.isSafeInteger),
        "a number that is not negative",
        (it) => it >= 0,
      ),
    ),
    file_deps: optionalPaths,
    ...(strict ? {} : documented),
  }, strict ? streamingRuleIsWhole : documentedRuleIsWhole);
}

function commitRuleSchema(strict: boolean): Schema<string> {
  const expected =
    '"on_close", "on_close:N" with N from 1, "on_termination", "on_file" or "on_n_files"';
  const count = "[1-9][0-9]{0,8}";
  const forms = [`on_close(?::${count})?`, "on_termination", "on_file"];
  forms.push("on_n_files");
  if (!strict) forms.push("on_file:.+", `n_files:${count}`);
  const form = new RegExp(`^(?:${forms.join("|")})$`, "s");
  return where(string(expected), expected, (it) => form.test(it));
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

/** The documented name of a member stands in the place of the schema's. */
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
  const { name, dirname, committed, n_files, file_deps, files_deps } = rule;
  if (name === undefined && dirname === undefined) {
    yield ["name", 'member "name" or member "dirname"'];
  }
  if (name !== undefined && dirname !== undefined) {
    yield ["dirname", 'no member "dirname" beside member "name"'];
  }
  if (committed === "on_file" && file_deps === undefined) {
    if (files_deps === undefined) {
      yield ["file_deps", 'member "file_deps", which "on_file" needs'];
    }
  }
  if (committed === "on_n_files" && (n_files === undefined || n_files === 0)) {
    yield ["n_files", 'a number from 1, which "on_n_files" needs'];
  }
  const needsDirectory = typeof committed === "string" &&
    /^(on_)?n_files/.test(committed);
  if (needsDirectory && name !== undefined) {
    yield ["committed", `a commit rule of files beside member "name"`];
  }
}
