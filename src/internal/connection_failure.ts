import { withShownUrls } from "./shown_url.ts";

/** What Deno says, and what it means. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "connection refused, no server listens there"],
  [/dns error|lookup address|name or service/i, "unknown host, no such name"],
  [/UnknownIssuer/, "certificate not trusted, its issuer is unknown"],
  [/certificate expired|certificate: Expired/i, "certificate expired"],
  [/not valid for name|NotValidForName/, "wrong certificate, for other names"],
  [/invalid peer certificate/, "certificate not trusted"],
  [/corrupt message/, "no TLS, the server speaks something else"],
  [/invalid HTTP/, "no HTTP, the server speaks something else"],
  [/reset by peer|connection reset/i, "connection reset by the server"],
  [/network is unreachable/i, "network unreachable"],
  [/no route to host|host is unreachable/i, "host unreachable"],
  [/broken pipe/i, "connection closed by the server"],
  [
    /unexpected end|before message completed|peer closed/i,
    "connection closed by the server before it answered",
  ],
  [/(?:connection|operation) timed out/i, "timed out"],
];

/**
 * Says in a few words why a connection has failed, which Deno keeps in the
 * innermost cause of an error.
 */
export function connectionFailure(error: unknown): string {
  const detail = innermostMessage(error);
  const [, meaning] = MEANINGS.find(([pattern]) => pattern.test(detail)) ?? [];
  if (meaning === undefined) return detail;
  // Which names a certificate is for tells what is wrong.
  const [, names] = /certificate is only valid for (.*)$/.exec(detail) ?? [];
  return names === undefined ? meaning : `${meaning}: ${names}`;
}

function innermostMessage(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) {
    inner = inner.cause;
  }
  const message = inner instanceof Error ? inner.message : String(inner);
  return withShownUrls(message)
    .replace(/^error sending request .*?\S+:\/\/\S+?\)?( \(\S+\))?: /, "");
}
