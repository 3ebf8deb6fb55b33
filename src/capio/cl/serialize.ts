import { serializeCommitRule } from "./commit_rule_text.ts";
import type { CapioClConfig, CapioClStreamingRule } from "./config.ts";
import type { CapioClFile, StreamingFile } from "./schema.ts";

/**
 * Writes a configuration as a CAPIO-CL file, in the form that `strict` accepts.
 * Parsing the text gives the configuration back.
 *
 * @example Usage
 * ```ts
 * import { parseCapioCl, serializeCapioCl } from "@sluice/sluice/capio";
 *
 * const config = parseCapioCl(`{ "name": "empty", "IO_Graph": [] }`);
 * await Deno.writeTextFile("empty.capio.json", serializeCapioCl(config));
 * ```
 *
 * @returns JSON, indented, with a line feed at its end.
 */
export function serializeCapioCl(config: CapioClConfig): string {
  const { homeNodePolicies, storage } = config;
  const file: CapioClFile = {
    ...(config.version === 1 ? {} : { version: config.version }),
    name: config.name,
    ...(config.configuration === undefined
      ? {}
      : { configuration: config.configuration }),
    aliases: config.aliases.map(({ groupName, files }) => ({
      group_name: groupName,
      files: [...files],
    })),
    IO_Graph: config.ioGraph.map((app) => ({
      name: app.name,
      input_stream: [...app.inputStream],
      output_stream: [...app.outputStream],
      streaming: app.streaming.map(streamingFile),
    })),
    permanent: [...config.permanent],
    exclude: [...config.exclude],
    home_node_policies: {
      create: [...homeNodePolicies.create],
      hashing: [...homeNodePolicies.hashing],
      manual: homeNodePolicies.manual.map(({ name, appNode }) => ({
        name: [...name],
        app_node: appNode,
      })),
    },
    storage: { memory: [...storage.memory], fs: [...storage.fs] },
  };
  return `${JSON.stringify(withoutEmpty(file), null, 2)}\n`;
}

function streamingFile(
  { kind, paths, committed, mode }: CapioClStreamingRule,
): StreamingFile {
  return {
    [kind === "directory" ? "dirname" : "name"]: [...paths],
    ...(committed && serializeCommitRule(committed)),
    ...(mode && { mode }),
  };
}

/** Leaves out the members that are empty, except for the graph. */
function withoutEmpty(file: CapioClFile): CapioClFile {
  const isEmpty = (value: unknown): boolean =>
    typeof value === "object" && value !== null &&
    Object.values(value).every(isEmpty);
  const members = Object.entries(file).filter(([key, value]) =>
    key === "IO_Graph" || !isEmpty(value)
  );
  return Object.fromEntries(members) as unknown as CapioClFile;
}
