import { CapioError } from "../platform/mod.ts";
import { aliasExpander } from "./alias.ts";
import { mapDependencies } from "./commit_rule.ts";
import type { CapioClConfig } from "./config.ts";
import { RuleTable } from "./rule_table.ts";

/**
 * Merges two configurations of the same workflow into one. Names of groups are
 * replaced by the paths that they stand for, since each configuration has its
 * own groups.
 *
 * @example Usage
 * ```ts
 * import { mergeCapioCl, parseCapioCl } from "@sluice/sluice/capio";
 *
 * const writer = parseCapioCl(
 *   `{ "name": "flights", "IO_Graph": [{ "name": "extract", "output_stream": ["a"] }] }`,
 * );
 * const reader = parseCapioCl(
 *   `{ "name": "flights", "IO_Graph": [{ "name": "delays", "input_stream": ["a"] }] }`,
 * );
 * console.log(mergeCapioCl(writer, reader).ioGraph.length); // 2
 * ```
 *
 * @throws {CapioError} If they name different workflows or settings, or say
 * contradicting things about a path.
 */
export function mergeCapioCl(
  one: CapioClConfig,
  other: CapioClConfig,
): CapioClConfig {
  const name = same("name", one.name, other.name) ?? one.name;
  const configuration = same(
    "configuration",
    one.configuration,
    other.configuration,
  );
  const [a, b] = [withoutAliases(one), withoutAliases(other)];
  const merged: CapioClConfig = {
    version: Math.max(a.version, b.version) as CapioClConfig["version"],
    name,
    ...(configuration === undefined ? {} : { configuration }),
    aliases: [],
    ioGraph: [...a.ioGraph, ...b.ioGraph],
    permanent: [...a.permanent, ...b.permanent],
    exclude: [...a.exclude, ...b.exclude],
    homeNodePolicies: {
      create: [...a.homeNodePolicies.create, ...b.homeNodePolicies.create],
      hashing: [...a.homeNodePolicies.hashing, ...b.homeNodePolicies.hashing],
      manual: [...a.homeNodePolicies.manual, ...b.homeNodePolicies.manual],
    },
    storage: {
      memory: [...a.storage.memory, ...b.storage.memory],
      fs: [...a.storage.fs, ...b.storage.fs],
    },
  };
  new RuleTable().addConfig(merged);
  return merged;
}

function same(
  member: string,
  one: string | undefined,
  other: string | undefined,
): string | undefined {
  if (one === undefined || other === undefined || one === other) {
    return one ?? other;
  }
  throw new CapioError(
    "INVALID_CONFIGURATION",
    `Cannot merge two configurations: "${member}" cannot be both "${one}" and "${other}"`,
  );
}

function withoutAliases(config: CapioClConfig): CapioClConfig {
  const expand = aliasExpander(config.aliases);
  const { homeNodePolicies, storage } = config;
  return {
    ...config,
    aliases: [],
    ioGraph: config.ioGraph.map((app) => ({
      ...app,
      inputStream: expand(app.inputStream),
      outputStream: expand(app.outputStream),
      streaming: app.streaming.map((rule) => ({
        ...rule,
        paths: expand(rule.paths),
        ...(rule.committed && {
          committed: mapDependencies(rule.committed, expand),
        }),
      })),
    })),
    permanent: expand(config.permanent),
    exclude: expand(config.exclude),
    homeNodePolicies: {
      create: expand(homeNodePolicies.create),
      hashing: expand(homeNodePolicies.hashing),
      manual: homeNodePolicies.manual.map((policy) => ({
        ...policy,
        name: expand(policy.name),
      })),
    },
    storage: { memory: expand(storage.memory), fs: expand(storage.fs) },
  };
}
