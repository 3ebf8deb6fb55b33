import { configurationFiles } from "../cl/mod.ts";
import type { CapioOptions } from "../session/mod.ts";
import { directoryNames, pathOf, system } from "../platform/mod.ts";
import { denoRun } from "./deno_run.ts";

/** Options of {@linkcode stepCommand}. */
export interface StepCommandOptions extends
  Pick<
    CapioOptions,
    | "capioDir"
    | "appName"
    | "workflowName"
    | "capioClConfigurationFile"
    | "memoryDir"
    | "machine"
    | "openTimeoutSeconds"
    | "partialReads"
    | "silent"
    | "shared"
  > {
  /** The script: a path, or a specifier that `deno run` takes. */
  script: string | URL;
  /**
   * The arguments of the script.
   *
   * @default {[]}
   */
  args?: readonly string[];
  /**
   * Flags of `deno run` besides those that let the step use its directory, for
   * instance `--allow-net=example.org`.
   *
   * @default {[]}
   */
  denoFlags?: readonly string[];
}

/**
 * Returns the arguments and the environment with which Deno runs an unmodified
 * script as a step of a workflow. Interposition is process-wide. The step may
 * read and write the workflow's directory and its `memoryDir`, read its
 * configuration and the settings that this names, and nothing else unless
 * `denoFlags` allow more.
 *
 * Import it from `@sluice/sluice/capio`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Usage
 * ```ts no-eval
 * import { stepCommand } from "@sluice/sluice/capio";
 *
 * const { args, env } = stepCommand({
 *   capioDir: "data",
 *   appName: "reader",
 *   script: "reader.ts",
 * });
 * const status = await new Deno.Command(Deno.execPath(), { args, env }).spawn()
 *   .status;
 * ```
 *
 * @throws {RangeError} If a path has a comma, which no permission can name.
 */
export function stepCommand(
  options: StepCommandOptions,
): { args: string[]; env: Record<string, string> } {
  const capioDir = pathOf(options.capioDir ?? ".");
  const configuration = pathOf(options.capioClConfigurationFile ?? "");
  const { memoryDir } = options;
  const memory = memoryDir === undefined ? undefined : pathOf(memoryDir);
  return denoRun({
    ...options,
    capioDir,
    configuration,
    memoryDir: memory,
    directories: [
      ...directoryNames(capioDir),
      ...(memory ? directoryNames(memory) : []),
    ],
    readable: configurationFiles(configuration, system.readTextFileSync),
  });
}
