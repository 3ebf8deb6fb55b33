import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { showFound } from "../checked_json/found.ts";
import { members } from "../checked_json/members.ts";
import { formatJsonPath } from "../checked_json/json_scan.ts";
import { CapioClError, type CapioClProblem } from "../checked_json/problem.ts";

/** An address of the multicast monitor. */
export interface CapioClEndpoint {
  /** An IPv4 or IPv6 address. */
  readonly ip: string;
  /** A UDP port. */
  readonly port: number;
}

/** Runtime settings: the TOML file that `configuration` names (version 1.1). */
export interface CapioClSettings {
  /** How commits are told to other machines. */
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
      /** Where commits are told, 224.224.224.1 port 12345 unless said. */
      readonly commit: CapioClEndpoint;
      /** Where home nodes are told, 224.224.224.2 port 12345 unless said. */
      readonly homenode: CapioClEndpoint;
      /** How long each message is held back, in milliseconds; 300 unless said. */
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
 * Reads the runtime settings of a CAPIO-CL configuration of version 1.1.
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
 * @param options What the text is, for the messages of errors.
 * @throws {CapioClError} If the text is not TOML, or holds other settings.
 */
export function parseCapioClSettings(
  text: string,
  { source = "CAPIO-CL settings" }: { source?: string } = {},
): CapioClSettings {
  const toml = parseToml(text, source);
  const result = v.safeParse(settingsSchema, unwrap(toml));
  if (!result.success) {
    throw new CapioClError(source, result.issues.map(toProblem));
  }
  const { filesystem, mcast } = result.output.monitor ?? {};
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
    if (!(cause instanceof TomlError)) throw cause;
    const { line, column, message } = cause;
    // The reason stands between a fixed text and an excerpt of several lines.
    const found = message.replace(/^.*?: /, "").split("\n", 1)[0];
    const problem = { path: "$", line, column, expected: "TOML", found };
    throw new CapioClError(source, [problem], { cause });
  }
}

function unwrap(toml: unknown): unknown {
  const isWrapped = typeof toml === "object" && toml !== null &&
    "capiocl" in toml && Object.keys(toml).length === 1;
  return isWrapped ? toml.capiocl : toml;
}

function toProblem(issue: v.BaseIssue<unknown>): CapioClProblem {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  return {
    path: formatJsonPath(path),
    expected: issue.message,
    found: showFound(issue.input),
  };
}

function endpoint(
  defaultIp: string,
  { ip = defaultIp, port = DEFAULT_PORT }: Partial<CapioClEndpoint> = {},
): CapioClEndpoint {
  return { ip, port };
}

function settingsFileSchema(): v.GenericSchema<unknown, SettingsFile> {
  const enabled = v.optional(v.boolean("true or false"));
  const address = members<Partial<CapioClEndpoint>>({
    ip: v.optional(v.pipe(v.string("a string"), v.ip("an IP address"))),
    port: v.optional(wholeNumber(1, 65_535, "a port from 1 to 65535")),
  });
  const mcast = members({
    enabled,
    commit: v.optional(address),
    homenode: v.optional(address),
    delay_ms: v.optional(
      wholeNumber(0, 2 ** 31 - 1, "a number of milliseconds"),
    ),
  });
  const monitor = members({
    filesystem: v.optional(members({ enabled })),
    mcast: v.optional(mcast),
  });
  return members<SettingsFile>({ monitor: v.optional(monitor) });
}

function wholeNumber(least: number, most: number, expected: string) {
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(least, expected),
    v.maxValue(most, expected),
  );
}
