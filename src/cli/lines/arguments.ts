import type { HostClientOptions, LinesError } from "../../lines/mod.ts";
import { shownMessage, UsageError, wholeNumber } from "../command/mod.ts";

/** Options of the commands that connect to a host, for `parseArgs`. */
export const CLIENT_OPTIONS = {
  token: { type: "string" },
  timeout: { type: "string", default: "30" },
} as const;

/** The help of {@linkcode CLIENT_OPTIONS}. */
export const CLIENT_HELP =
  `      --token TOKEN      Secret that the host asks for
                         (default: $SLUICE_LINES_TOKEN)
      --timeout SECONDS  Give up after so long without an answer (default: 30)`;

/** Reads {@linkcode CLIENT_OPTIONS}. */
export function clientOptions(
  values: { readonly token?: string; readonly timeout: string },
): HostClientOptions {
  return {
    token: tokenOf(values.token),
    timeout: 1_000 * wholeNumber("--timeout", values.timeout, 2 ** 20),
  };
}

/** Returns the token: other users see arguments, but not the environment. */
export function tokenOf(option: string | undefined): string | undefined {
  return option ?? (Deno.env.get("SLUICE_LINES_TOKEN") || undefined);
}

/** Calls a constructor; arguments that it refuses are wrong usage. */
export function orUsageError<T>(construct: () => T): T {
  try {
    return construct();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

/** Says that a command still tries to reach its host, and what is in the way. */
export function tellOfDelay(command: string, address: string) {
  return (failure?: LinesError): void => {
    const text = failure
      ? `${failure.message}, trying again`
      : `The host at ${address} has not answered yet, still waiting`;
    console.error(shownMessage(`sluice lines ${command}: ${text}`));
  };
}
