import * as v from "valibot";
import {
  type Condition,
  type JsonObject,
  members,
} from "../checked_json/members.ts";

/** A CAPIO-CL file as it is written. */
export interface CapioClFile {
  name: string;
  version?: 1 | 1.1;
  configuration?: string;
  aliases?: { group_name: string; files: string[] }[];
  IO_Graph: {
    name: string;
    input_stream?: string[];
    output_stream?: string[];
    streaming?: StreamingFile[];
  }[];
  permanent?: string[];
  exclude?: string[];
  home_node_policies?: HomeNodeFile;
  home_node_policy?: HomeNodeFile;
  storage?: { memory?: string[]; fs?: string[] };
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

const text = v.pipe(
  v.string("a string"),
  v.minLength(1, "a string that is not empty"),
);
const paths = v.array(text, "an array of paths");
const optionalPaths = v.optional(paths);

const homeNodeSchema = members({
  create: optionalPaths,
  hashing: optionalPaths,
  manual: v.optional(
    v.array(members({ name: paths, app_node: text }), "an array of objects"),
  ),
});

/** Exactly what the original's schema accepts, or the documented forms too. */
export function capioClSchema(
  { strict }: { strict: boolean },
): v.GenericSchema<unknown, CapioClFile> {
  const documented = { home_node_policy: v.optional(homeNodeSchema) };
  return members<CapioClFile>({
    name: text,
    version: v.optional(v.picklist([1, 1.1], "1 or 1.1")),
    configuration: v.optional(text),
    aliases: v.optional(
      v.array(
        members({ group_name: text, files: paths }),
        "an array of objects",
      ),
    ),
    IO_Graph: v.array(appSchema(strict), "an array of objects"),
    permanent: optionalPaths,
    exclude: optionalPaths,
    home_node_policies: v.optional(homeNodeSchema),
    ...(strict ? {} : documented),
    storage: v.optional(members({ memory: optionalPaths, fs: optionalPaths })),
  }, strict ? configurationNeedsItsVersion : documentedFileIsWhole);
}

function appSchema(strict: boolean) {
  const stream = strict ? paths : optionalPaths;
  return members({
    name: text,
    input_stream: stream,
    output_stream: stream,
    streaming: v.optional(
      v.array(streamingSchema(strict), "an array of objects"),
    ),
  });
}

function streamingSchema(strict: boolean) {
  const documented = { files_deps: optionalPaths };
  return members({
    name: optionalPaths,
    dirname: optionalPaths,
    committed: v.optional(commitRuleSchema(strict)),
    mode: v.optional(
      v.picklist(["update", "no_update"], '"update" or "no_update"'),
    ),
    n_files: v.optional(
      v.pipe(
        v.number("a number"),
        v.safeInteger("a whole number"),
        v.minValue(0, "a number that is not negative"),
      ),
    ),
    file_deps: optionalPaths,
    ...(strict ? {} : documented),
  }, strict ? streamingRuleIsWhole : documentedRuleIsWhole);
}

function commitRuleSchema(strict: boolean) {
  const expected =
    '"on_close", "on_close:N" with N from 1, "on_termination", "on_file" or "on_n_files"';
  const count = "[1-9][0-9]{0,8}";
  const forms = [`on_close(?::${count})?`, "on_termination", "on_file"];
  forms.push("on_n_files");
  if (!strict) forms.push("on_file:.+", `n_files:${count}`);
  const form = new RegExp(`^(?:${forms.join("|")})$`, "s");
  return v.pipe(v.string(expected), v.regex(form, expected));
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
