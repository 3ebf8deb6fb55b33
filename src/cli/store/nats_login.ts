import {
  NATS_VARIABLES,
  type NatsOptions,
  natsOptionsOf,
  parseNatsUrl,
} from "../../nats/mod.ts";
import type { OpenStoreOptions } from "../../store/mod.ts";
import { environmentVariable, UsageError } from "../command/mod.ts";

/**
 * Returns who logs in at the server of a bucket: what the environment says of that
 * server, unless the URL itself has a login. Other users see the arguments of a
 * process, but not its environment.
 *
 * @throws {UsageError} If the variable with the server is no URL of one.
 */
export function natsLogin(url: string): OpenStoreOptions["nats"] {
  const known = environmentVariable(NATS_VARIABLES.url);
  if (known === undefined || !/^(nats|tls):/.test(url)) return undefined;
  const { servers, ...login } = optionsOf(known);
  const bucket = parseNatsUrl(url);
  const isKnown = String(bucket.servers) === String(servers);
  const hasLogin = bucket.user !== undefined || bucket.token !== undefined;
  if (!isKnown) return undefined;
  return hasLogin ? { tls: login.tls } : login;
}

function optionsOf(url: string): NatsOptions {
  const [credentials, nkey, ca] = [
    environmentVariable(NATS_VARIABLES.credentials),
    environmentVariable(NATS_VARIABLES.nkey),
    environmentVariable(NATS_VARIABLES.ca),
  ];
  try {
    return natsOptionsOf({ url, credentials, nkey, ca });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const found = error.message.replace(/^[^]*, found /, "");
    throw new UsageError(
      `"$${NATS_VARIABLES.url}" must be "nats://HOST:PORT" or "tls://HOST:PORT", found ${found}`,
    );
  }
}
