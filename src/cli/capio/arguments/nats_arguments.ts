import type { ParseArgsOptionsConfig } from "node:util";
import type { NatsOptions } from "../../../nats/mod.ts";
import { environmentVariable, UsageError } from "../../command/mod.ts";

/** The options of a command that reaches a NATS server. */
export const NATS_OPTIONS = {
  nats: { type: "string" },
  credentials: { type: "string" },
  nkey: { type: "string" },
  ca: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Their part of a help text.
 *
 * @param option Lays out the lines of an option.
 */
export function natsHelp(
  option: (name: string, ...lines: string[]) => string,
): string {
  return [
    option(
      "--nats URL",
      "NATS server: nats://HOST:PORT, or tls://HOST:PORT;",
      "those of a cluster are separated by commas. A login",
      "(USER:PASSWORD@ or TOKEN@ before HOST) is seen by",
      "other users of this machine: better in the default,",
      "$SLUICE_NATS_URL",
    ),
    option("--credentials FILE", "Log in with a credentials file"),
    option("--nkey FILE", "Log in with the seed of an nkey in a file"),
    option("--ca FILE", "Certificates, PEM, of who vouches for the server"),
  ].join("\n  ");
}

/** The values of {@linkcode NATS_OPTIONS}. */
export interface NatsValues {
  readonly nats?: string;
  readonly credentials?: string;
  readonly nkey?: string;
  readonly ca?: string;
}

/** The variable that names a server, where no option does. */
const URL_VARIABLE = "SLUICE_NATS_URL";

/**
 * Returns how to reach the NATS server that the options or the environment name;
 * `undefined` if neither does. The variables are removed from the environment:
 * no program that this command starts gets a secret unasked.
 *
 * @throws {UsageError} If the URL is none, or a file cannot be read.
 */
export async function natsOptions(
  values: NatsValues,
): Promise<NatsOptions | undefined> {
  const fromEnvironment = takenVariable(URL_VARIABLE);
  const url = values.nats ?? fromEnvironment;
  if (url === undefined) {
    const idle = (["credentials", "nkey", "ca"] as const)
      .find((name) => values[name] !== undefined);
    if (idle === undefined) return undefined;
    throw new UsageError(`"--${idle}" needs "--nats URL", or $${URL_VARIABLE}`);
  }
  if (values.credentials !== undefined && values.nkey !== undefined) {
    throw new UsageError(`"--credentials" cannot be used with "--nkey"`);
  }
  // Commands without a server never load it.
  const { NATS_VARIABLES, natsOptionsOf } = await import(
    "../../../nats/mod.ts"
  );
  const text = (name: "credentials" | "nkey" | "ca") => {
    const variable = takenVariable(NATS_VARIABLES[name]);
    const file = values[name];
    return file === undefined ? variable : readText(name, file);
  };
  const [credentials, nkey, ca] = [
    text("credentials"),
    text("nkey"),
    text("ca"),
  ];
  try {
    return natsOptionsOf({ url, credentials, nkey, ca });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const found = error.message.replace(/^[^]*, found /, "");
    throw new UsageError(
      `"--nats" must be "nats://HOST:PORT" or "tls://HOST:PORT", found ${found}`,
    );
  }
}

function readText(name: string, file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`Cannot read "--${name} ${file}": ${error.message}`);
  }
}

function takenVariable(name: string): string | undefined {
  const value = environmentVariable(name);
  if (value !== undefined) Deno.env.delete(name);
  return value;
}
