import { inspect, refused } from "../checks/mod.ts";

/** The parts of a `Request` that tell where it comes from. */
export type RequestSource = Pick<Request, "method" | "url" | "headers">;

/** The names under which a server may be reached. */
export interface AcceptedHosts {
  /** Names besides IP addresses and `localhost`, as {@linkcode hostNames} returns them. */
  readonly names: ReadonlySet<string>;
  /**
   * Accepts every name. Only right where each request has to carry a secret.
   *
   * @default {false}
   */
  readonly any?: boolean;
}

/** The reason to refuse a request, with the status of the reply. */
export interface SourceFault {
  readonly status: 400 | 403;
  readonly message: string;
}

/**
 * Returns the reason to refuse a request because of where it comes from, or
 * nothing if it may be served.
 *
 * Any web page can make a browser send requests to a server on loopback or in
 * the local network. With a name whose address its owner changes (DNS
 * rebinding) the page is even of the same origin as the server, and can read
 * the replies: so the name in the request must be an IP address, `localhost` or
 * an accepted one. A page of another origin shows itself by the headers
 * `Origin` and `Sec-Fetch-Site`. Programs that are no browsers send neither.
 */
export function sourceFault(
  { method, url, headers }: RequestSource,
  accepted: AcceptedHosts,
): SourceFault | undefined {
  const target = parsed(url);
  const host = headers.get("host") ?? target?.host ?? "";
  const named = parsed(`http://${host}`);
  if (target === undefined || named === undefined || !isHost(host)) {
    return { status: 400, message: "The URL or the Host is malformed" };
  }
  // The URL has another name than the header when the request names a proxy.
  for (const { hostname } of [target, named]) {
    if (accepted.any || isAccepted(hostname, accepted.names)) continue;
    return forbidden(
      `The host name ${inspect(hostname)} is not accepted, expected an IP ` +
        'address, "localhost" or a name in the option "allowedHosts" ' +
        '("--allowed-host" on the command line)',
    );
  }
  const origin = headers.get("origin");
  if (origin !== null && !isSameOrigin(origin, host)) {
    return forbidden(
      `A page of ${inspect(origin)} may not use ${inspect(host)}, expected ` +
        "one of the same origin; a proxy has to pass on the Host of the browser",
    );
  }
  const site = headers.get("sec-fetch-site") ?? "none";
  if (site === "same-origin" || site === "none") return undefined;
  // A link on another page that the user follows; that page sees no reply.
  const isFollowedLink = method === "GET" &&
    headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document";
  if (isFollowedLink) return undefined;
  return forbidden("A page of another origin may not use this address");
}

/**
 * Checks names of hosts in an option, and returns them as requests have them.
 *
 * @throws {TypeError} If one is not the name of a host alone.
 */
export function hostNames(option: string, value: unknown): Set<string> {
  const expected = 'an array of host names like "logs.example.com"';
  if (!Array.isArray(value)) throw refused(option, expected, value);
  return new Set(value.map((name) => {
    const isName = typeof name === "string" && isHost(name);
    const url = isName ? parsed(`http://${name}`) : undefined;
    const isAlone = url?.port === "" && !/:\d*$/.test(`${name}`);
    if (url === undefined || !isAlone) throw refused(option, expected, value);
    return withoutDot(url.hostname);
  }));
}

function isAccepted(hostname: string, names: ReadonlySet<string>): boolean {
  const name = withoutDot(hostname);
  return name === "localhost" || isAddress(name) || names.has(name);
}

/** Returns whether a name of a parsed URL is an IPv6 or IPv4 address. */
function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(name);
}

/** Returns whether the origin of a page has the host and port of the request. */
function isSameOrigin(origin: string, host: string): boolean {
  const page = parsed(origin);
  if (page === undefined || !/^https?:$/.test(page.protocol)) return false;
  // A proxy may speak HTTPS to the browser, with another default port.
  return parsed(`${page.protocol}//${host}`)?.host === page.host;
}

/** Returns whether a text has only what names, addresses and ports consist of. */
function isHost(text: string): boolean {
  return text !== "" && !/[/\\?#@*\s]/.test(text);
}

function parsed(url: string): URL | undefined {
  return URL.parse(url) ?? undefined;
}

function withoutDot(hostname: string): string {
  return hostname.replace(/\.$/, "");
}

function forbidden(message: string): SourceFault {
  return { status: 403, message };
}
