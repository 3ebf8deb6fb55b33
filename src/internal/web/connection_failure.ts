import { withShownUrls } from "./shown_url.ts";

/** What Deno says, or the code of Node.js and Bun, and what it means. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /connection refused|ECONNREFUSED|ConnectionRefused/i,
    "connection refused, no server listens there",
  ],
  [
    /dns error|lookup address|name or service|ENOTFOUND|EAI_AGAIN/i,
    "unknown host, no such name",
  ],
  [
    /UnknownIssuer|SELF_SIGNED|UNABLE_TO_VERIFY/,
    "certificate not trusted, its issuer is unknown",
  ],
  [
    /certificate expired|certificate: Expired|CERT_HAS_EXPIRED/i,
    "certificate expired",
  ],
  [
    /not valid for name|NotValidForName|ALTNAME_INVALID/,
    "wrong certificate, for other names",
  ],
  [/invalid peer certificate/, "certificate not trusted"],
  [/corrupt message|ERR_SSL/, "no TLS, the server speaks something else"],
  [/invalid HTTP|HPE_/, "no HTTP, the server speaks something else"],
  [
    /reset by peer|connection reset|ECONNRESET/i,
    "connection reset by the server",
  ],
  [/network is unreachable|ENETUNREACH/i, "network unreachable"],
  [/no route to host|host is unreachable|EHOSTUNREACH/i, "host unreachable"],
  [/broken pipe|EPIPE/i, "connection closed by the server"],
  [
    /unexpected end|before message completed|peer closed|UND_ERR_SOCKET|ConnectionClosed/i,
    "connection closed by the server before it answered",
  ],
  [
    /(?:connection|operation) timed out|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT/i,
    "timed out",
  ],
];

/**
 * Says in a few words why a connection has failed, which Deno keeps in the
 * innermost cause of an error.
 */
export function connectionFailure(error: unknown): string {
  const inner = innermost(error);
  const detail = messageOf(inner);
  const told = `${detail} ${codeOf(inner)}`;
  const [, meaning] = MEANINGS.find(([pattern]) => pattern.test(told)) ?? [];
  if (meaning === undefined) return detail;
  // Which names a certificate is for tells what is wrong.
  const [, names] = /certificate is only valid for (.*)$/.exec(detail) ?? [];
  return names === undefined ? meaning : `${meaning}: ${names}`;
}

/**
 * Returns whether no server has got the request that has failed, so that it may
 * be sent again.
 */
export function hasNotConnected(error: Error): boolean {
  const cause = error.cause instanceof Error ? error.cause : error;
  return NOT_CONNECTED.test(`${cause.message} ${codeOf(cause)}`);
}

const NOT_CONNECTED =
  /\(Connect\)|ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT/;

/** The code that Node.js and Bun give to errors of a system; empty if none. */
function codeOf(error: unknown): string {
  const { code = "" } = Object(error) as { code?: unknown };
  return String(code);
}

function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner;
}

function messageOf(inner: unknown): string {
  const message = inner instanceof Error ? inner.message : String(inner);
  return withShownUrls(message)
    .replace(/^error sending request .*?\S+:\/\/\S+?\)?( \(\S+\))?: /, "");
}
