import { fromFileUrl } from "@std/path";
import {
  type CapioClRule,
  parseCapioCl,
  parseCapioClSettings,
  serializeCapioCl,
  settingsPath,
} from "../cl/mod.ts";
import { findActive } from "../interpose/mod.ts";
import type { WorkspaceOptions } from "../overlay/mod.ts";
import { CapioError, system } from "../platform/mod.ts";
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
   * What the steps that exchange files have in common. Workflows of different
   * names in one directory do not see each other.
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
   * CAPIO-CL rules in code, besides those of the configuration.
   *
   * @default {[]}
   */
  rules?: readonly CapioClRule[];
  /**
   * What the replaced functions apply to: the asynchronous extent of the call,
   * or the whole process.
   *
   * @default {"async"}
   */
  scope?: "async" | "process";
  /**
   * Seconds to wait for a file to be created that no rule speaks of; after them
   * its reader gets a `NotFound`.
   *
   * @default {Number(Deno.env.get("CAPIO_OPEN_TIMEOUT_SECONDS") ?? Infinity)}
   */
  openTimeoutSeconds?: number;
  /**
   * Whether an app may read only its `input_stream` and write only its
   * `output_stream`.
   *
   * @default {false}
   */
  enforceGraph?: boolean;
  /**
   * Whether to keep waits to itself. With `false` each that seems long says on
   * standard error what for, and why; `sluice status` tells so anyway.
   *
   * @default {true}
   */
  silent?: boolean;
  /** Ends every wait inside the context when it aborts. */
  signal?: AbortSignal;
}

/** The options with defaults in place, checked, and the configuration read. */
export function resolveOptions(options: CapioOptions): WorkspaceOptions {
  const {
    capioDir = fromEnvironment("CAPIO_DIR", "."),
    appName = fromEnvironment("CAPIO_APP_NAME", "default_app"),
    workflowName = fromEnvironment("CAPIO_WORKFLOW_NAME", "CAPIO"),
    capioClConfigurationFile = fromEnvironment("CAPIO_CL", ""),
    rules = [],
    openTimeoutSeconds = openTimeoutFromEnvironment(),
    enforceGraph = false,
    silent = true,
    signal,
  } = options;
  checkPath("capioDir", capioDir);
  checkPath("capioClConfigurationFile", capioClConfigurationFile);
  checkName("appName", appName);
  checkName("workflowName", workflowName);
  checkRules(rules);
  checkScope(options.scope);
  checkSeconds("openTimeoutSeconds", openTimeoutSeconds);
  checkFlag("enforceGraph", enforceGraph);
  checkFlag("silent", silent);
  checkSignal(signal);
  const directory = pathOf(capioDir);
  checkDirectory(directory);
  return {
    capioDir: directory,
    appName,
    workflowName,
    document: readDocument(capioClConfigurationFile),
    rules: [...statedRules(), ...rules],
    openTimeoutSeconds,
    enforceGraph,
    silent,
    signal,
  };
}

function fromEnvironment(name: string, otherwise: string): string {
  const permission = { name: "env", variable: name } as const;
  const { state } = Deno.permissions.querySync(permission);
  // A program without the permission sets the option, or takes the default.
  if (state !== "granted") return otherwise;
  return Deno.env.get(name) || otherwise;
}

function openTimeoutFromEnvironment(): number {
  const text = fromEnvironment("CAPIO_OPEN_TIMEOUT_SECONDS", "Infinity");
  const seconds = text.trim() === "" ? NaN : Number(text);
  checkSeconds("CAPIO_OPEN_TIMEOUT_SECONDS", seconds, text);
  return seconds;
}

function checkPath(option: string, value: unknown): void {
  if (typeof value === "string") return;
  if (value instanceof URL && value.protocol === "file:") return;
  throw new TypeError(
    `"${option}" must be a path or a file URL, found ${
      value instanceof URL ? value : JSON.stringify(value)
    }`,
  );
}

function checkRules(rules: unknown): void {
  if (Array.isArray(rules)) return;
  throw new TypeError(
    `"rules" must be an array of rules, found ${JSON.stringify(rules)}`,
  );
}

function checkScope(scope: unknown): void {
  if (scope === undefined || scope === "async" || scope === "process") return;
  throw new TypeError(
    `"scope" must be "async" or "process", found ${JSON.stringify(scope)}`,
  );
}

function checkSeconds(option: string, value: number, found = `${value}`): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(
    `"${option}" must be a number of at least 0, found ${found}`,
  );
}

function checkFlag(option: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(
    `"${option}" must be true or false, found ${JSON.stringify(value)}`,
  );
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(
    `"signal" must be an AbortSignal, found ${JSON.stringify(signal)}`,
  );
}

function checkName(option: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(
    `"${option}" must be a string that is not empty, found ${
      JSON.stringify(value)
    }`,
  );
}

/** Refuses a directory that cannot be used, before anything is replaced. */
function checkDirectory(directory: string): void {
  for (const name of ["read", "write"] as const) {
    const { state } = Deno.permissions.querySync({ name, path: directory });
    if (state === "granted") continue;
    throw new Deno.errors.NotCapable(
      `Requires ${name} access to the workflow's directory "${directory}", run again with --allow-${name}=${directory}`,
    );
  }
  makeWayFor(directory);
  let info: Deno.FileInfo;
  try {
    info = system.statSync(directory);
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

/** In a context around, the directory may have been made just now. */
function makeWayFor(directory: string): void {
  const found = findActive(directory, true);
  if (!found) return;
  const { workspace, place } = found;
  workspace.workflow.refresh();
  if (!workspace.isDirectory(place.path)) return;
  workspace.folder.makeRealDirectory(place.path);
}

function readDocument(file: string | URL): string | undefined {
  if (file === "") return undefined;
  const path = pathOf(file);
  const text = readConfiguration("CAPIO-CL configuration", path);
  const config = parseCapioCl(text, { source: `"${path}"` });
  checkSettings(path, config.configuration);
  // In one form, so that members who bring the same rules are seen to.
  return serializeCapioCl(config);
}

/**
 * Refuses wrong settings now, although they are about several machines and
 * mean nothing to the processes of one.
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

function pathOf(path: string | URL): string {
  return path instanceof URL ? fromFileUrl(path) : path;
}
