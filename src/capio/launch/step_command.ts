import { resolve } from "@std/path";
import { parseCapioCl, settingsPath } from "../cl/mod.ts";
import type { CapioOptions } from "../session/mod.ts";
import { pathOf, system } from "../platform/mod.ts";
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
    directories: [...namesOf(capioDir), ...(memory ? namesOf(memory) : [])],
    readable: configurationFiles(configuration),
  });
}

/**
 * Returns a directory as it was given, and with its symbolic links resolved if
 * that is another path: a flag of Deno allows a path by one name alone.
 */
function namesOf(directory: string): string[] {
  try {
    const resolved = system.realPathSync(directory);
    return resolved === resolve(directory)
      ? [directory]
      : [directory, resolved];
  } catch {
    // The step itself reports that it is missing.
    return [directory];
  }
}

/** Returns the paths of the CAPIO-CL configuration and of the settings it names. */
function configurationFiles(document: string): string[] {
  if (document === "") return [];
  try {
    const { configuration } = parseCapioCl(system.readTextFileSync(document));
    if (configuration === undefined) return [document];
    return [document, settingsPath(document, configuration)];
  } catch {
    // The step reads it again and reports the error.
    return [document];
  }
}
