import { natsEnvironment, serverAddresses } from "../../nats/mod.ts";
import { configurationFiles } from "../cl/mod.ts";
import { directoryNames, system } from "../platform/mod.ts";
import type { StartAgentOptions } from "./backend_options.ts";

/** The arguments and the environment with which Deno runs the agent. */
export interface AgentCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The variables that an agent may read. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
  "CAPIO_MACHINE",
  "CAPIO_MEMORY_DIR",
  "CAPIO_SHARED",
  "CAPIO_SILENT",
];

/**
 * Returns how Deno runs the agent of a machine, with its directory, its servers
 * and nothing else. How to log in stands in the environment alone, which other
 * users do not see.
 *
 * @throws {RangeError} If a path has a comma, which no permission can name.
 */
export function agentCommand(options: StartAgentOptions): AgentCommand {
  const { server, capioDir, memoryDir, denoFlags = [] } = options;
  const secrets = natsEnvironment(server);
  const directories = [capioDir, ...memoryDir ? [memoryDir] : []]
    .flatMap(directoryNames);
  const readable = configurationFiles(
    options.capioClConfigurationFile ?? "",
    system.readTextFileSync,
  );
  // A login among the servers would stand in the arguments.
  const hosts = serverAddresses(server);
  return {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      allowing("net", hosts),
      allowing("read", [...directories, ...readable]),
      allowing("write", directories),
      allowing("env", [...VARIABLES, ...Object.keys(secrets)]),
      ...denoFlags,
      cliSpecifier(),
      "agent",
      // It ends though this program is killed.
      "--until-stdin-ends",
      ...agentArguments(options),
    ],
    env: {
      ...secrets,
      // The options count, not what this program has in its environment.
      CAPIO_CL: "",
      CAPIO_MEMORY_DIR: memoryDir ?? "",
      CAPIO_SHARED: options.shared ?? "",
    },
  };
}

function agentArguments(options: StartAgentOptions): string[] {
  const { capioClConfigurationFile, serverTimeoutSeconds } = options;
  const { lostAfterSeconds } = options;
  return [
    `--capio-dir=${options.capioDir}`,
    `--workflow-name=${options.workflowName}`,
    `--machine=${options.machine}`,
    ...capioClConfigurationFile
      ? [`--capio-cl=${capioClConfigurationFile}`]
      : [],
    ...options.anew ? ["--anew"] : [],
    ...options.carryAll ? ["--carry=all"] : [],
    ...serverTimeoutSeconds === undefined
      ? []
      : [`--server-timeout-seconds=${serverTimeoutSeconds}`],
    ...lostAfterSeconds === undefined
      ? []
      : [`--lost-after-seconds=${lostAfterSeconds}`],
  ];
}

/**
 * Returns how a program runs the command line: from JSR by the name of the
 * export, which is few files there.
 */
function cliSpecifier(): string {
  const url = import.meta.resolve("../../cli/mod.ts");
  const published = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\//.exec(url);
  return published ? `jsr:${published[1]}@${published[2]}/cli` : url;
}

function allowing(permission: string, values: readonly string[]): string {
  const split = values.find((value) => value.includes(","));
  if (split === undefined) return `--allow-${permission}=${values.join(",")}`;
  throw new RangeError(
    `Cannot allow the agent to ${permission} "${split}" alone: Deno takes a comma for the end of a path, so name it without one`,
  );
}
