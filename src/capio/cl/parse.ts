import { checkBoolean, checkString } from "../../internal/mod.ts";
import { parseCheckedJson } from "../checked_json/mod.ts";
import { parseCommitRule } from "./commit_rule_text.ts";
import type {
  CapioClConfig,
  CapioClHomeNodePolicies,
  CapioClStreamingRule,
} from "./config.ts";
import {
  type CapioClFile,
  capioClSchema,
  type HomeNodeFile,
  type StreamingFile,
} from "./schema.ts";

/** Options for {@linkcode parseCapioCl}. */
export interface ParseCapioClOptions {
  /**
   * Accepts exactly what the schema of the original accepts. Otherwise also the
   * forms that its documentation describes and its schema refuses:
   * `on_file:NAME`, `n_files:N`, `files_deps`, `home_node_policy`, and an app
   * without `input_stream` or `output_stream`.
   *
   * @default {false}
   */
  strict?: boolean;
  /**
   * A name for the text in the messages of errors.
   *
   * @default {"CAPIO-CL configuration"}
   */
  source?: string;
}

/**
 * Parses a CAPIO-CL configuration, version 1 or 1.1.
 *
 * A rule without a `mode` leaves the documented default `update` in place; the
 * parser of the original takes `no_update` then.
 *
 * @example Usage
 * ```ts
 * import { parseCapioCl } from "@sluice/sluice/capio";
 *
 * const config = parseCapioCl(`{
 *   "name": "flights",
 *   "IO_Graph": [
 *     {
 *       "name": "extract",
 *       "output_stream": ["flights.csv"],
 *       "streaming": [
 *         { "name": ["flights.csv"], "committed": "on_close", "mode": "no_update" }
 *       ]
 *     },
 *     { "name": "delays", "input_stream": ["flights.csv"] }
 *   ]
 * }`);
 * console.log(config.ioGraph[0].outputStream); // ["flights.csv"]
 * ```
 *
 * @param text The JSON text.
 * @throws {TypeError} If the text is not a string.
 * @throws {CapioClError} If the text is not JSON, or not a configuration; it
 * names everything that is wrong, each with its place.
 */
export function parseCapioCl(
  text: string,
  options: ParseCapioClOptions = {},
): CapioClConfig {
  const { strict = false, source = "CAPIO-CL configuration" } = options;
  checkString("text", text);
  checkBoolean("strict", strict);
  return toConfig(parseCheckedJson(text, capioClSchema({ strict }), source));
}

function toConfig(file: CapioClFile): CapioClConfig {
  const { configuration } = file;
  const policies = file.home_node_policies ?? file.home_node_policy ?? {};
  return {
    version: file.version ?? 1,
    name: file.name,
    ...(configuration === undefined ? {} : { configuration }),
    aliases: (file.aliases ?? []).map(({ group_name, files }) => ({
      groupName: group_name,
      files,
    })),
    ioGraph: file.IO_Graph.map((app) => ({
      name: app.name,
      inputStream: app.input_stream ?? [],
      outputStream: app.output_stream ?? [],
      streaming: (app.streaming ?? []).map(toStreamingRule),
    })),
    permanent: file.permanent ?? [],
    exclude: file.exclude ?? [],
    homeNodePolicies: toHomeNodePolicies(policies),
    storage: {
      memory: file.storage?.memory ?? [],
      fs: file.storage?.fs ?? [],
    },
  };
}

function toStreamingRule(rule: StreamingFile): CapioClStreamingRule {
  const committed = parseCommitRule(rule);
  return {
    kind: rule.dirname === undefined ? "file" : "directory",
    paths: rule.dirname ?? rule.name ?? [],
    ...(committed === undefined ? {} : { committed }),
    ...(rule.mode === undefined ? {} : { mode: rule.mode }),
  };
}

function toHomeNodePolicies(
  { create = [], hashing = [], manual = [] }: HomeNodeFile,
): CapioClHomeNodePolicies {
  return {
    create,
    hashing,
    manual: manual.map(({ name, app_node }) => ({ name, appNode: app_node })),
  };
}
