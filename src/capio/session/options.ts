import {
  checkBoolean,
  checkNonEmptyString,
  checkNonNegative,
  checkOneOf,
  checkSignal,
  isMachineName,
  outOfRange,
  refused,
} from "../../internal/mod.ts";
import {
  type CapioClRule,
  documentOf,
  parseCapioCl,
  parseCapioClSettings,
  settingsPath,
} from "../cl/mod.ts";
import type { AgentRun, JetStreamBackend } from "../backend/mod.ts";
import { findActive } from "../interpose/mod.ts";
import type { WorkspaceOptions } from "../overlay/mod.ts";
import {
  CapioError,
  pathOf,
  readableVariables,
  system,
} from "../platform/mod.ts";
import { resolveMemoryDirectory } from "../workflow/mod.ts";
import { callsOfOtherCopy } from "./copies.ts";
import { statedRules } from "./rule_scope.ts";

/** Options of {@linkcode CapioContext}, {@linkcode withCapio} and the others. */
export interface CapioOptions {
  /**
   * The directory in which files are exchanged. It must exist.
   *
   * @default {Deno.env.get("CAPIO_DIR") ?? "."}
   */
  capioDir?: string | URL;
  /**
   * The name under which CAPIO-CL knows this step.
   *
   * @default {Deno.env.get("CAPIO_APP_NAME") ?? "default_app"}
   */
  appName?: string;
  /**
   * The name of the workflow, the same for all steps that exchange files.
   * Workflows of different names in one directory do not see each other.
   *
   * @default {Deno.env.get("CAPIO_WORKFLOW_NAME") ?? "CAPIO"}
   */
  workflowName?: string;
  /**
   * Path of a CAPIO-CL configuration; none when it is empty.
   *
   * @default {Deno.env.get("CAPIO_CL") ?? ""}
   */
  capioClConfigurationFile?: string | URL;
  /**
   * The directory for files that `storage.memory` of the configuration names,
   * until they are committed: one of a file system in memory, such as
   * `/run/user/1000`, outside of `capioDir`. It must exist, and be the same for
   * all steps. Without it, or when it is empty, these files lie in `capioDir`.
   *
   * @default {Deno.env.get("CAPIO_MEMORY_DIR") ?? ""}
   */
  memoryDir?: string | URL;
  /**
   * CAPIO-CL rules in code, in addition to those of the configuration.
   *
   * @default {[]}
   */
  rules?: readonly CapioClRule[];
  /**
   * Where the replaced functions act: in the asynchronous extent of the call,
   * or in the whole process.
   *
   * @default {"async"}
   */
  scope?: "async" | "process";
  /**
   * Seconds that a reader waits, without a CAPIO-CL graph, for a file that no
   * rule names and that nobody has created; then it gets a `NotFound`. With a
   * graph such a file is not waited for.
   *
   * @default {Number(Deno.env.get("CAPIO_OPEN_TIMEOUT_SECONDS") ?? 60)}
   */
  openTimeoutSeconds?: number;
  /**
   * Whether an app may read only its `input_stream` and write only its
   * `output_stream`. This finds mistakes, it does not confine: a program has
   * other doors, such as `import`, `fetch("file:...")` or a child process.
   *
   * @default {false}
   */
  enforceGraph?: boolean;
  /**
   * Whether a read into a buffer of a file that is still being written waits for
   * one byte only, for programs that are made for growing files. Otherwise it
   * waits until the buffer is full or the file ends. Streams wait for one byte
   * in either case.
   *
   * @default {Deno.env.get("CAPIO_PARTIAL_READS") === "1"}
   */
  partialReads?: boolean;
  /**
   * Whether long waits go untold on standard error. With `false` each is told,
   * with the file, the reason and a way out: after 2 seconds for a file that no
   * rule names, after 5 seconds for anything else. Without a value only the
   * former are told. `sluice status` shows waits in any case.
   *
   * @default {Deno.env.get("CAPIO_SILENT") ? Deno.env.get("CAPIO_SILENT") === "1" : undefined}
   */
  silent?: boolean;
  /**
   * The names of all steps in the order in which they would run one after the
   * other. A step does not wait for what a later one makes, where the CAPIO-CL
   * graph says nothing about the two. One member brings them for all.
   *
   * @default {[]}
   */
  steps?: readonly string[];
  /**
   * The name of this machine in a workflow on several. The agent of the machine
   * begins the run: a step waits for it, at most `openTimeoutSeconds`. Without a
   * name, a step takes part in what there is: a run with an agent, too.
   *
   * @default {Deno.env.get("CAPIO_MACHINE") || undefined}
   */
  machine?: string;
  /**
   * The machine of each of the `steps`, by the step's name, where the workflow
   * has several.
   *
   * @default {undefined}
   */
  machines?: Readonly<Record<string, string>>;
  /**
   * Whether the members of the run note in its journal how they use files that
   * are finished, too: for a run of the steps one after the other, from which
   * `learnCapioCl` makes a configuration. One member says so for all,
   * and has to begin the run.
   *
   * @default {false}
   */
  observe?: boolean;
  /**
   * With `"group"` the members of the group of `capioDir` take part in the
   * workflow together: what sluice makes under `.capio` is open to that group,
   * and entries of its members are accepted. All members of the workflow have to
   * say so. Otherwise what is under `.capio` is for one user alone.
   *
   * @default {Deno.env.get("CAPIO_SHARED") || undefined}
   */
  shared?: "group";
  /**
   * The servers over which the context takes part in a workflow on several
   * machines. An agent is started for it, which needs `--allow-run`, and told to
   * stop at its end, which waits until no other machine needs its files. For
   * `withCapio`, `CapioContext` and `CapioWorkspace.join`.
   *
   * @default {undefined}
   */
  backend?: JetStreamBackend;
  /** Ends every wait inside the context when it aborts. */
  signal?: AbortSignal;
}

/** How long a reader waits for a file that nobody declared, in seconds. */
const DEFAULT_OPEN_TIMEOUT_SECONDS = "60";

/** Fills in the defaults, checks the options and reads the configuration. */
export function resolveOptions(options: CapioOptions): WorkspaceOptions {
  const fromEnvironment = environmentNow();
  const {
    capioDir = fromEnvironment("CAPIO_DIR", "."),
    appName = fromEnvironment("CAPIO_APP_NAME", "default_app"),
    workflowName = fromEnvironment("CAPIO_WORKFLOW_NAME", "CAPIO"),
    capioClConfigurationFile = fromEnvironment("CAPIO_CL", ""),
    memoryDir = fromEnvironment("CAPIO_MEMORY_DIR", ""),
    rules = [],
    scope = "async",
    openTimeoutSeconds = openTimeoutFromEnvironment(fromEnvironment),
    enforceGraph = false,
    partialReads = partialReadsFromEnvironment(fromEnvironment),
    silent = silentFromEnvironment(fromEnvironment),
    steps = [],
    machine = fromEnvironment("CAPIO_MACHINE", "") || undefined,
    machines = {},
    observe = false,
    shared = sharedFromEnvironment(fromEnvironment),
    signal,
  } = options;
  checkPath("capioDir", capioDir);
  checkPath("capioClConfigurationFile", capioClConfigurationFile);
  checkPath("memoryDir", memoryDir);
  checkNonEmptyString("appName", appName);
  checkNonEmptyString("workflowName", workflowName);
  if (!Array.isArray(rules)) throw refused("rules", "an array of rules", rules);
  checkOneOf("scope", scope, ["async", "process"]);
  checkNonNegative("openTimeoutSeconds", openTimeoutSeconds);
  checkBoolean("enforceGraph", enforceGraph);
  checkBoolean("partialReads", partialReads);
  if (silent !== undefined) checkBoolean("silent", silent);
  checkSteps(steps);
  if (machine !== undefined) checkMachine(machine);
  checkMachines(machines);
  checkBoolean("observe", observe);
  if (shared !== undefined) checkOneOf("shared", shared, ["group"]);
  checkSignal("signal", signal);
  const directory = pathOf(capioDir);
  checkDirectory(directory);
  return {
    capioDir: directory,
    appName,
    workflowName,
    ...(memoryDir !== "" && {
      memoryDir: resolveMemoryDirectory(pathOf(memoryDir), directory),
    }),
    document: readDocument(capioClConfigurationFile),
    rules: [...around().statedRules(), ...rules],
    openTimeoutSeconds,
    enforceGraph,
    partialReads,
    silent,
    ...(steps.length > 0 && { steps }),
    ...(machine !== undefined && { machine }),
    ...(Object.keys(machines).length > 0 && { machines }),
    // A checkpoint would forget what is to be learned from.
    ...(observe && { observe, checkpointBytes: Number.MAX_SAFE_INTEGER }),
    ...(shared && { shared }),
    signal,
  };
}

/** The contexts and rules in which this call is made, in whichever copy. */
const own = { findActive, statedRules };
function around(): typeof own {
  return callsOfOtherCopy<typeof own>() ?? own;
}

/**
 * Returns the part of a run in which the agent of a context takes part.
 *
 * @throws {TypeError} If no name of the workflow is given.
 */
export function agentRunOf(options: CapioOptions): AgentRun {
  const fromEnvironment = environmentNow();
  const {
    capioDir = fromEnvironment("CAPIO_DIR", "."),
    workflowName = fromEnvironment("CAPIO_WORKFLOW_NAME", ""),
    capioClConfigurationFile = fromEnvironment("CAPIO_CL", ""),
    memoryDir = fromEnvironment("CAPIO_MEMORY_DIR", ""),
    shared = sharedFromEnvironment(fromEnvironment),
  } = options;
  if (workflowName === "") {
    const expected = "the name of a workflow on several machines";
    throw refused("workflowName", expected, options.workflowName);
  }
  return {
    capioDir: pathOf(capioDir),
    workflowName,
    capioClConfigurationFile: pathOf(capioClConfigurationFile),
    memoryDir: pathOf(memoryDir),
    shared,
  };
}

/** Refuses a backend where nothing can be awaited. */
export function assertNoBackend({ backend }: CapioOptions): void {
  if (backend === undefined) return;
  throw new TypeError(
    '"backend" cannot be used here, where nothing is awaited: use withCapio, or CapioWorkspace.join',
  );
}

/** Returns a variable; the other value when it is empty, missing or hidden. */
type Environment = (name: string, otherwise: string) => string;

function environmentNow(): Environment {
  const mayRead = readableVariables();
  return (name, otherwise) => {
    // A program without the permission sets the option, or takes the default.
    if (!mayRead(name)) return otherwise;
    return Deno.env.get(name) || otherwise;
  };
}

function openTimeoutFromEnvironment(
  fromEnvironment: Environment,
): number {
  const variable = "CAPIO_OPEN_TIMEOUT_SECONDS";
  const text = fromEnvironment(variable, DEFAULT_OPEN_TIMEOUT_SECONDS);
  const seconds = text.trim() === "" ? NaN : Number(text);
  if (seconds >= 0) return seconds;
  throw outOfRange(variable, "a non-negative number", text);
}

function partialReadsFromEnvironment(
  fromEnvironment: Environment,
): boolean {
  const variable = "CAPIO_PARTIAL_READS";
  const text = fromEnvironment(variable, "0");
  checkOneOf(variable, text, ["0", "1"]);
  return text === "1";
}

function silentFromEnvironment(
  fromEnvironment: Environment,
): boolean | undefined {
  const text = fromEnvironment("CAPIO_SILENT", "");
  if (text === "") return undefined;
  checkOneOf("CAPIO_SILENT", text, ["0", "1"]);
  return text === "1";
}

function sharedFromEnvironment(
  fromEnvironment: Environment,
): "group" | undefined {
  const text = fromEnvironment("CAPIO_SHARED", "");
  if (text === "") return undefined;
  checkOneOf("CAPIO_SHARED", text, ["group"]);
  return "group";
}

function checkSteps(steps: unknown): void {
  const isNames = Array.isArray(steps) &&
    steps.every((it) => typeof it === "string" && it !== "");
  if (!isNames) throw refused("steps", "an array of names", steps);
}

function checkMachine(machine: unknown): void {
  if (typeof machine === "string" && isMachineName(machine)) return;
  const expected = "1 to 32 letters, digits, hyphens or underscores";
  throw refused("machine", expected, machine);
}

function checkMachines(machines: unknown): void {
  const isPlacement = typeof machines === "object" && machines !== null &&
    Object.values(machines)
      .every((it) => typeof it === "string" && isMachineName(it));
  if (isPlacement) return;
  throw refused("machines", "an object of names of machines", machines);
}

function checkPath(option: string, value: unknown): void {
  if (typeof value === "string") return;
  const isUrl = value instanceof URL;
  if (isUrl && value.protocol === "file:") return;
  throw refused(option, "a path or a file URL", isUrl ? value.href : value);
}

/** Throws, before anything is replaced, for a directory that cannot be used. */
function checkDirectory(directory: string): void {
  checkPermissions(directory, directory);
  makeRealIfNew(directory);
  let info: Deno.FileInfo;
  try {
    info = system.statSync(directory);
    // A flag names one path of a directory: Deno follows no links in flags.
    checkPermissions(system.realPathSync(directory), directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot use "${directory}" as capioDir: it does not exist, create it first`,
      { cause: error },
    );
  }
  if (info.isDirectory) return;
  throw new Deno.errors.NotADirectory(
    `Cannot use "${directory}" as capioDir: it is not a directory`,
  );
}

/** @throws {Deno.errors.NotCapable} If `path` may not be read and written. */
function checkPermissions(path: string, given: string): void {
  const link = path === given ? "" : `, which "${given}" leads to`;
  for (const name of ["read", "write"] as const) {
    const { state } = Deno.permissions.querySync({ name, path });
    if (state === "granted") continue;
    throw new Deno.errors.NotCapable(
      `Requires ${name} access to the workflow's directory "${path}"${link}, run again with --allow-${name}=${path}`,
    );
  }
}

/**
 * Makes the directory in the real tree when a program in an active context has
 * just made it, and it is in the spool alone.
 */
function makeRealIfNew(directory: string): void {
  const found = around().findActive(directory, true);
  if (!found) return;
  const { workspace, place } = found;
  workspace.workflow.refresh();
  if (!workspace.trees.isDirectory(place.path)) return;
  workspace.folder.makeRealDirectory(place.path);
}

function readDocument(file: string | URL): string | undefined {
  if (file === "") return undefined;
  const path = pathOf(file);
  const text = readConfiguration("CAPIO-CL configuration", path);
  const config = parseCapioCl(text, { source: `"${path}"` });
  checkSettings(path, config.configuration);
  return documentOf(config);
}

/**
 * Throws for wrong settings, although they concern several machines and have no
 * effect on one.
 */
function checkSettings(document: string, settings: string | undefined): void {
  if (settings === undefined) return;
  const path = settingsPath(document, settings);
  const text = readConfiguration("CAPIO-CL settings", path);
  parseCapioClSettings(text, { source: `"${path}"` });
}

function readConfiguration(what: string, path: string): string {
  try {
    return system.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CapioError(
      "INVALID_CONFIGURATION",
      `Cannot read the ${what} "${path}": ${error.message}`,
      { cause: error },
    );
  }
}
