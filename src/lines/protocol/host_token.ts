import { createHash, timingSafeEqual } from "node:crypto";

/** The secret that a host's clients must know. */
export class HostToken {
  readonly #digest: Uint8Array;

  constructor(token: string) {
    assertToken(token);
    this.#digest = digestOf(token);
  }

  /**
   * Whether the request carries the token: as `Authorization: Bearer TOKEN`,
   * or where a browser cannot send that, as the query `token`. Takes the same
   * time whatever is wrong about it.
   */
  isIn(request: Request, query: URLSearchParams): boolean {
    const header = request.headers.get("authorization") ?? "";
    const given = /^Bearer +(.+)$/i.exec(header)?.[1] ?? query.get("token");
    return timingSafeEqual(digestOf(given ?? ""), this.#digest);
  }
}

/** Throws when a token is none that every client can send in a header. */
export function assertToken(token: string): void {
  if (/^[!-~]+( +[!-~]+)*$/.test(token)) return;
  throw new TypeError(
    'Argument "token" must be of printable ASCII characters, ' +
      "not start or end with a space, and not be empty",
  );
}

/** Digests have one length, which is what a comparison in constant time needs. */
function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
