/**
 * CAPIO-CL, the language that says which steps of a workflow read and write
 * which files, when a file is finished, and from when on it can be read.
 *
 * @module
 */
export {
  type CapioClCommitArguments,
  type CapioClCommitRule,
  dependenciesOf,
} from "./commit_rule.ts";
export * from "./config.ts";
export * from "./configuration_files.ts";
export * from "./documents.ts";
export * from "./engine.ts";
export * from "./merge.ts";
export * from "./parse.ts";
export {
  CapioClError,
  type CapioClErrorOptions,
  type CapioClProblem,
} from "../checked_json/mod.ts";
export type { CapioClRule } from "./rule.ts";
export * from "./serialize.ts";
export * from "./settings.ts";
