import type { ParseArgsOptionsConfig } from "node:util";
import type { CapioOptions } from "../../../capio/mod.ts";
import { environmentVariable, UsageError } from "../../command/mod.ts";
import { isSilentByEnvironment } from "./step_arguments.ts";

/** The options of a command that takes part in a workflow itself. */
export const MEMBER_OPTIONS = {
  "capio-dir": { type: "string" },
  "app-name": { type: "string" },
  "workflow-name": { type: "string" },
  "capio-cl": { type: "string" },
  "memory-dir": { type: "string" },
  machine: { type: "string" },
  silent: { type: "boolean" },
  shared: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

/** Their part of a help text. */
export const MEMBER_HELP =
  `  --capio-dir DIR        Directory in which files are exchanged
                         (default: $CAPIO_DIR, or the current directory)
  --app-name NAME        Name of this step in the CAPIO-CL configuration
                         (default: $CAPIO_APP_NAME, or "default_app")
  --workflow-name NAME   Name that the steps of one workflow share
                         (default: $CAPIO_WORKFLOW_NAME, or "CAPIO")
  --capio-cl FILE        CAPIO-CL configuration (default: $CAPIO_CL, or none)
  --memory-dir DIR       Directory in memory for files that "storage.memory" of
                         the configuration names, the same for all steps
                         (default: $CAPIO_MEMORY_DIR, or none)
  --machine NAME         Name of this machine, for a workflow on several: waits
                         for "sluice agent" (default: $CAPIO_MACHINE, or none)
  --silent               Tell no long waits (default: $CAPIO_SILENT is 1)
  --shared               Take part together with other members of the group of
                         DIR, who say so too (default: $CAPIO_SHARED is group)`;

/** The values of {@linkcode MEMBER_OPTIONS}. */
export interface MemberValues {
  readonly "capio-dir"?: string;
  readonly "app-name"?: string;
  readonly "workflow-name"?: string;
  readonly "capio-cl"?: string;
  readonly "memory-dir"?: string;
  readonly machine?: string;
  readonly silent?: boolean;
  readonly shared?: boolean;
}

/** Returns the options of the membership; the environment fills in the rest. */
export function memberOptions(
  values: MemberValues,
): Omit<CapioOptions, "scope"> & { readonly capioDir: string } {
  for (const [name, value] of Object.entries(values)) {
    if (value !== "") continue;
    throw new UsageError(`Option "--${name}" needs a value`);
  }
  const {
    "capio-dir": capioDir = environmentVariable("CAPIO_DIR") ?? ".",
    "app-name": appName,
    "workflow-name": workflowName,
    "capio-cl": capioClConfigurationFile,
    "memory-dir": memoryDir,
    machine,
    silent = isSilentByEnvironment(),
    shared = environmentVariable("CAPIO_SHARED") === "group",
  } = values;
  return {
    capioDir,
    ...(appName && { appName }),
    ...(workflowName && { workflowName }),
    ...(capioClConfigurationFile && { capioClConfigurationFile }),
    ...(memoryDir && { memoryDir }),
    ...(machine && { machine }),
    ...(shared && { shared: "group" as const }),
    silent,
  };
}
