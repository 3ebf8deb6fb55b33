import { refused, withShownUrls } from "../internal/mod.ts";
import {
  type NatsOptions,
  parseNatsUrl,
  serverAddresses,
} from "./nats_options.ts";

/**
 * The variables of the environment that name servers and who logs in, so that no
 * secret stands among the arguments of a process, which everybody sees. All but
 * the first hold a text itself, not the name of a file.
 */
export const NATS_VARIABLES = {
  url: "SLUICE_NATS_URL",
  credentials: "SLUICE_NATS_CREDENTIALS",
  nkey: "SLUICE_NATS_NKEY",
  ca: "SLUICE_NATS_CA",
} as const;

/** What {@linkcode NATS_VARIABLES} say, or options of a command. */
export interface NatsTexts {
  /** `nats://` or `tls://`, a login and hosts. */
  readonly url: string;
  /** The text of a credentials file. */
  readonly credentials?: string;
  /** The seed of an nkey. */
  readonly nkey?: string;
  /** Certificates of authorities, PEM text. */
  readonly ca?: string;
}

/**
 * Returns the options that these texts stand for.
 *
 * @throws {TypeError} If the URL is none, or has a path. No secret stands in the
 * message.
 */
export function natsOptionsOf({ url, ...texts }: NatsTexts): NatsOptions {
  const { servers, user, pass, token, tls, path } = parseNatsUrl(url);
  if (path !== "") {
    const expected = '"nats://HOST:PORT" or "tls://HOST:PORT"';
    throw refused("url", expected, withShownUrls(url));
  }
  const { credentials, nkey, ca } = texts;
  return {
    servers,
    ...user !== undefined && { user, pass },
    ...token !== undefined && { token },
    ...credentials !== undefined && { credentials },
    ...nkey !== undefined && { nkey: nkey.trim() },
    ...ca === undefined ? tls && { tls } : { tls: { ca } },
  };
}

/** Returns the environment from which {@linkcode natsOptionsOf} gets options. */
export function natsEnvironment(options: NatsOptions): Record<string, string> {
  const { credentials, nkey, tls } = options;
  const hosts = serverAddresses(options).join(",");
  const scheme = tls ? "tls" : "nats";
  const ca = typeof tls === "object" ? tls.ca : undefined;
  return {
    [NATS_VARIABLES.url]: `${scheme}://${loginOf(options)}${hosts}`,
    // What the own environment has is not for this server.
    [NATS_VARIABLES.credentials]: credentials ?? "",
    [NATS_VARIABLES.nkey]: nkey ?? "",
    [NATS_VARIABLES.ca]: ca ?? "",
  };
}

function loginOf({ user, pass = "", token }: NatsOptions): string {
  if (token !== undefined) return `${encodeURIComponent(token)}@`;
  if (user === undefined) return "";
  return `${encodeURIComponent(user)}:${encodeURIComponent(pass)}@`;
}
