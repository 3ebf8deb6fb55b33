/** What {@linkcode denoRun} makes a command of. */
export interface DenoRun {
  /** The script: a path, or a specifier that `deno run` takes. */
  readonly script: string | URL;
  /** The arguments of the script. */
  readonly args?: readonly string[];
  /** Flags of `deno run` besides those that let the step use its directory. */
  readonly denoFlags?: readonly string[];
  /** The directory of the workflow, as the step is told of it. */
  readonly capioDir: string;
  readonly appName?: string;
  readonly workflowName?: string;
  /** Path of the CAPIO-CL configuration, empty for none. */
  readonly configuration: string;
  /** The directory for files in memory, `undefined` for what the step finds. */
  readonly memoryDir?: string;
  /** The name of this machine, in a workflow on several. */
  readonly machine?: string;
  readonly openTimeoutSeconds?: number;
  readonly partialReads?: boolean;
  readonly silent?: boolean;
  readonly shared?: "group";
  /** The directories that the step may read and write. */
  readonly directories: readonly string[];
  /** The files that it may read besides. */
  readonly readable: readonly string[];
}

/** The variables that a step may read. */
const VARIABLES = [
  "CAPIO_DIR",
  "CAPIO_APP_NAME",
  "CAPIO_WORKFLOW_NAME",
  "CAPIO_CL",
  "CAPIO_MEMORY_DIR",
  "CAPIO_MACHINE",
  "CAPIO_OPEN_TIMEOUT_SECONDS",
  "CAPIO_PARTIAL_READS",
  "CAPIO_SILENT",
  "CAPIO_SHARED",
];

/**
 * Returns the arguments and the environment with which Deno runs a step. This
 * file imports nothing: `sluice run` starts the step as soon as it can.
 *
 * @throws {RangeError} If a path has a comma, which no permission can name.
 */
export function denoRun(
  options: DenoRun,
): { args: string[]; env: Record<string, string> } {
  const { script, args = [], denoFlags = [], openTimeoutSeconds } = options;
  const { configuration, directories, readable } = options;
  const env: Record<string, string> = { CAPIO_DIR: options.capioDir };
  if (options.appName) env.CAPIO_APP_NAME = options.appName;
  if (options.workflowName) env.CAPIO_WORKFLOW_NAME = options.workflowName;
  if (configuration) env.CAPIO_CL = configuration;
  if (options.memoryDir !== undefined) env.CAPIO_MEMORY_DIR = options.memoryDir;
  if (options.machine) env.CAPIO_MACHINE = options.machine;
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
  return {
    args: [
      "run",
      `--preload=${preloadSpecifier()}`,
      ...grant(denoFlags, "read", [...directories, ...readable]),
      ...grant(denoFlags, "write", directories),
      ...grant(denoFlags, "env", VARIABLES),
      ...denoFlags.filter((flag) => !/^--allow-(read|write|env)=/.test(flag)),
      script instanceof URL ? script.href : specifierOrPath(script),
      ...args,
    ],
    env,
  };
}

/**
 * Returns how a program imports the preload: from JSR by the name of the export,
 * which is one file there.
 */
function preloadSpecifier(): string {
  const url = import.meta.resolve("../session/preload.ts");
  const published = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\//.exec(url);
  return published ? `jsr:${published[1]}@${published[2]}/preload` : url;
}

/**
 * Returns a script as an argument that Deno takes for nothing else: a path such
 * as `--allow-run` for no flag, and `build` for no task.
 */
function specifierOrPath(script: string): string {
  const isClear = /^[a-z][a-z\d+.-]+:/i.test(script) ||
    /^(?:[a-z]:|\.{1,2})?[\\/]/i.test(script);
  return isClear ? script : `./${script}`;
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
