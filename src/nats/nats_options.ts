import { refused, shownUrl } from "../internal/mod.ts";

/** Where NATS servers are, and who logs in. */
export interface NatsOptions {
  /** `host:port` of a server, or of several of one cluster. */
  readonly servers: string | readonly string[];
  /** The name of the user. */
  readonly user?: string;
  /** The password of the user. */
  readonly pass?: string;
  /** A token, in the place of user and password. */
  readonly token?: string;
  /** The text of a credentials file: a user JWT and its nkey seed. */
  readonly credentials?: string;
  /** The seed of an nkey, `SU…`. */
  readonly nkey?: string;
  /**
   * How to check the certificate of the server; without it TLS is used if the
   * server wants it. `true` insists on TLS.
   */
  readonly tls?: boolean | NatsTlsOptions;
}

/** How to check the certificate of a server. */
export interface NatsTlsOptions {
  /** Certificates of authorities, PEM text, besides those of the system. */
  readonly ca?: string;
}

/** A URL of a place on a NATS server, taken apart. */
export interface NatsUrl extends NatsOptions {
  /** The path, decoded, without slashes at its ends. */
  readonly path: string;
}

/** The port of a server whose URL has none. */
const DEFAULT_PORT = 4222;

/**
 * Takes `nats://user:pass@host:4222/path` or `tls://…` apart. A user without a
 * password is a token. Several servers of one cluster are separated by commas.
 *
 * @throws {TypeError} If it is no such URL.
 */
export function parseNatsUrl(text: string): NatsUrl {
  const [, scheme, login, hosts, path = ""] =
    /^(nats|tls):\/\/(?:([^/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/i.exec(text) ?? [];
  if (scheme === undefined) throw refusedUrl(text);
  try {
    return {
      servers: hosts.split(",").map((host) => hostAndPort(host, text)),
      ...login !== undefined && loginOf(login),
      ...scheme.toLowerCase() === "tls" && { tls: true },
      path: decodeURIComponent(path).replace(/^\/+|\/+$/g, ""),
    };
  } catch (error) {
    if (error instanceof URIError) throw refusedUrl(text);
    throw error;
  }
}

/**
 * Returns `host:port` of each server.
 *
 * @throws {TypeError} If one is none, or has a login.
 */
export function serverAddresses(
  { servers }: Pick<NatsOptions, "servers">,
): string[] {
  const list = [servers].flat().join(",").split(",");
  const text = `nats://${list.map((host) => host.trim()).join(",")}`;
  const { servers: addresses, path, ...login } = parseNatsUrl(text);
  if (path !== "" || Object.keys(login).length > 0) throw refusedUrl(text);
  return [addresses].flat();
}

function loginOf(login: string): Pick<NatsOptions, "user" | "pass" | "token"> {
  const [, user, pass] = /^([^:]*)(?::([^]*))?$/.exec(login) ?? [];
  if (pass === undefined) return { token: decodeURIComponent(user) };
  return { user: decodeURIComponent(user), pass: decodeURIComponent(pass) };
}

function hostAndPort(host: string, text: string): string {
  const url = URL.parse(`http://${host}`);
  if (!url || url.username !== "" || url.pathname !== "/") {
    throw refusedUrl(text);
  }
  // The URL leaves port 80 out, which is not the default here.
  const port = /:(\d+)$/.exec(host)?.[1] ?? DEFAULT_PORT;
  return `${url.hostname}:${port}`;
}

function refusedUrl(text: string): TypeError {
  // What cannot be read may have a password anywhere before the last "@".
  const shown = shownUrl(text).replace(/^[^]*@/, "");
  return refused("url", '"nats://HOST:PORT/NAME", or "tls://…"', shown);
}
