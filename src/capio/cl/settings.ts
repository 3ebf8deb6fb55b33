import { dirname, resolve } from "@std/path";
import { parse } from "@std/toml";
import { checkString } from "../../internal/mod.ts";
import { builtin } from "../platform/mod.ts";
import {
  boolean,
  type CapioClProblem,
  excerpt,
  formatJsonPath,
  invalidText,
  type Issue,
  members,
  number,
  optional,
  type Schema,
  showFound,
  string,
  where,
} from "../checked_json/mod.ts";

/** An address of the multicast monitor. */
export interface CapioClEndpoint {
  /** An IPv4 or IPv6 address. */
  readonly ip: string;
  /** A UDP port. */
  readonly port: number;
}

/** Runtime settings: the TOML file that `configuration` names (version 1.1). */
export interface CapioClSettings {
  /** The ways in which commits are announced to other machines. */
  readonly monitor: {
    /** Over files in a shared directory. */
    readonly filesystem: {
      /** Off unless it is switched on. */
      readonly enabled: boolean;
    };
    /** Over UDP multicast. */
    readonly mcast: {
      /** Off unless it is switched on. */
      readonly enabled: boolean;
      /** The address for commits, 224.224.224.1 port 12345 by default. */
      readonly commit: CapioClEndpoint;
      /** The address for home nodes, 224.224.224.2 port 12345 by default. */
      readonly homenode: CapioClEndpoint;
      /** The delay of each message, in milliseconds; 300 by default. */
      readonly delayMs: number;
    };
  };
}

/** The settings as they are written. */
interface SettingsFile {
  monitor?: {
    filesystem?: { enabled?: boolean };
    mcast?: {
      enabled?: boolean;
      commit?: Partial<CapioClEndpoint>;
      homenode?: Partial<CapioClEndpoint>;
      delay_ms?: number;
    };
  };
}

const DEFAULT_PORT = 12345;
const DEFAULT_DELAY_MS = 300;

const settingsSchema = settingsFileSchema();

/**
 * Parses the runtime settings of a CAPIO-CL configuration of version 1.1.
 *
 * The settings stand under `monitor`; the original's documentation also shows
 * them under `capiocl.monitor`, which is accepted.
 *
 * @example Usage
 * ```ts
 * import { parseCapioClSettings } from "@sluice/sluice/capio";
 *
 * const settings = parseCapioClSettings(`
 *   [monitor.mcast]
 *   enabled = true
 *   commit.port = 4000
 * `);
 * console.log(settings.monitor.mcast.commit.ip); // "224.224.224.1"
 * ```
 *
 * @param text The TOML text.
 * @param options A name for the text in the messages of errors, as `source`.
 * @throws {TypeError} If the text is not a string.
 * @throws {CapioClError} If the text is not TOML, or holds other settings.
 */
export function parseCapioClSettings(
  text: string,
  { source = "CAPIO-CL settings" }: { source?: string } = {},
): CapioClSettings {
  checkString("text", text);
  const toml = parseToml(text, source);
  const file = unwrap(toml);
  const issues: Issue[] = [];
  if (!settingsSchema(file, (issue) => issues.push(issue))) {
    throw invalidText(source, issues.map(toProblem));
  }
  const { filesystem, mcast } = file.monitor ?? {};
  return {
    monitor: {
      filesystem: { enabled: filesystem?.enabled ?? false },
      mcast: {
        enabled: mcast?.enabled ?? false,
        commit: endpoint("224.224.224.1", mcast?.commit),
        homenode: endpoint("224.224.224.2", mcast?.homenode),
        delayMs: mcast?.delay_ms ?? DEFAULT_DELAY_MS,
      },
    },
  };
}

function parseToml(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const problem = { path: "$", expected: "TOML", ...placeOf(cause, text) };
    throw invalidText(source, [problem], { cause });
  }
}

/** The parser says in its message alone how far it came. */
function placeOf(
  { message }: SyntaxError,
  text: string,
): Pick<CapioClProblem, "line" | "column" | "found"> {
  const place = /^Parse error on line (\d+), column (\d+)/.exec(message);
  if (!place) return { found: message.split("\n", 1)[0] };
  const [line, read] = place.slice(1).map(Number);
  const rest = text.split("\n")[line - 1].slice(read);
  return {
    line,
    column: read + 1,
    found: rest.trim() === "" ? "the end of the line" : `"${excerpt(rest)}"`,
  };
}

function unwrap(toml: unknown): unknown {
  const isWrapped = typeof toml === "object" && toml !== null &&
    "capiocl" in toml && Object.keys(toml).length === 1;
  return isWrapped ? toml.capiocl : toml;
}

function toProblem({ path, expected, found }: Issue): CapioClProblem {
  return { path: formatJsonPath(path), expected, found: showFound(found) };
}

function endpoint(
  defaultIp: string,
  { ip = defaultIp, port = DEFAULT_PORT }: Partial<CapioClEndpoint> = {},
): CapioClEndpoint {
  return { ip, port };
}

function settingsFileSchema(): Schema<SettingsFile> {
  const enabled = optional(boolean("true or false"));
  const address = members<Partial<CapioClEndpoint>>({
    ip: optional(where(string("a string"), "an IP address", isIpAddress)),
    port: optional(wholeNumber(1, 65_535, "a port from 1 to 65535")),
  });
  return members<SettingsFile>({
    monitor: optional(members({
      filesystem: optional(members({ enabled })),
      mcast: optional(members({
        enabled,
        commit: optional(address),
        homenode: optional(address),
        delay_ms: optional(
          wholeNumber(0, 2 ** 31 - 1, "a number of milliseconds"),
        ),
      })),
    })),
  });
}

function isIpAddress(text: string): boolean {
  return builtin("net").isIP(text) !== 0;
}

function wholeNumber(
  least: number,
  most: number,
  expected: string,
): Schema<number> {
  return where(
    number(expected),
    expected,
    (it) => Number.isInteger(it) && it >= least && it <= most,
  );
}

/**
 * Returns the path of the settings that a configuration names, given the path
 * of the configuration.
 */
export function settingsPath(document: string, settings: string): string {
  return resolve(dirname(document), settings);
}
