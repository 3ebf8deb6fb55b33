import { isAbsolute, resolve } from "@std/path";
import { parseCapioCl, settingsPath } from "../cl/mod.ts";
import type { CapioOptions } from "../session/mod.ts";
import { pathOf, system } from "../platform/mod.ts";

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
  const { script, args = [], denoFlags = [], openTimeoutSeconds } = options;
  const directory = pathOf(options.capioDir ?? ".");
  const configuration = pathOf(options.capioClConfigurationFile ?? "");
  const memoryDir = pathOf(options.memoryDir ?? "");
  const env: Record<string, string> = { CAPIO_DIR: directory };
  if (options.appName) env.CAPIO_APP_NAME = options.appName;
  if (options.workflowName) env.CAPIO_WORKFLOW_NAME = options.workflowName;
  if (configuration) env.CAPIO_CL = configuration;
  if (options.memoryDir !== undefined) env.CAPIO_MEMORY_DIR = memoryDir;
  if (openTimeoutSeconds !== undefined) {
    env.CAPIO_OPEN_TIMEOUT_SECONDS = `${openTimeoutSeconds}`;
  }
  if (options.partialReads !== undefined) {
    env.CAPIO_PARTIAL_READS = options.partialReads ? "1" : "0";
  }
  if (options.silent !== undefined) {
    env.CAPIO_SILENT = options.silent ? "1" : "0";
  }
  if (options.shared !== undefined) env.CAPIO_SHARED = options.shared;
  const directories = [
    ...namesOf(directory),
    ...(memoryDir ? namesOf(memoryDir) : []),
  ];
  const readable = [...directories, ...configurationFiles(configuration)];
  return {
    args: [
      "run",
      `--preload=${import.meta.resolve("../session/preload.ts")}`,
      ...grant(denoFlags, "read", readable),
      ...grant(denoFlags, "write", directories),
      ...grant(denoFlags, "env", [
        "CAPIO_DIR",
        "CAPIO_APP_NAME",
        "CAPIO_WORKFLOW_NAME",
        "CAPIO_CL",
        "CAPIO_MEMORY_DIR",
        "CAPIO_OPEN_TIMEOUT_SECONDS",
        "CAPIO_PARTIAL_READS",
        "CAPIO_SILENT",
        "CAPIO_SHARED",
      ]),
      ...denoFlags.filter((flag) => !/^--allow-(read|write|env)=/.test(flag)),
      script instanceof URL ? script.href : specifierOrPath(script),
      ...args,
    ],
    env,
  };
}

/**
 * Returns a script as an argument that Deno takes for nothing else: a path such
 * as `--allow-run` for no flag, and `build` for no task.
 */
function specifierOrPath(script: string): string {
  const isClear = /^[a-z][a-z\d+.-]+:/i.test(script) || isAbsolute(script) ||
    /^\.{1,2}[\\/]/.test(script);
  return isClear ? script : `./${script}`;
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

/** Returns one flag that grants these values and those that the caller grants. */
function grant(
  flags: readonly string[],
  permission: "read" | "write" | "env",
  values: readonly string[],
): string[] {
  const all = ["-A", "--allow-all", `--allow-${permission}`];
  const short = permission === "env" ? "-E" : `-${permission[0].toUpperCase()}`;
  if (flags.some((flag) => all.includes(flag) || flag === short)) return [];
  const prefix = `--allow-${permission}=`;
  const split = values.find((value) => value.includes(","));
  if (split !== undefined) {
    throw new RangeError(
      `Cannot allow a step to ${permission} "${split}" alone: Deno takes a comma for the end of a path, so name it without one or allow everything with --allow-${permission}`,
    );
  }
  const given = flags.filter((flag) => flag.startsWith(prefix))
    .map((flag) => flag.slice(prefix.length));
  return [`${prefix}${[...values, ...given].join(",")}`];
}
