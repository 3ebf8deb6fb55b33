import { createHash, timingSafeEqual } from "node:crypto";
import { checkString } from "../../internal/mod.ts";

/** The secret that the clients of a host must know. */
export class HostToken {
  readonly #digest: Uint8Array;

  constructor(token: string) {
    checkToken(token);
    this.#digest = digestOf(token);
  }

  /**
   * Returns whether the request carries the token: as `Authorization: Bearer
   * TOKEN`, or as the query `token` where a browser cannot send the header. The
   * time it takes does not tell how much of a wrong token is right.
   */
  isIn(request: Request, query: URLSearchParams): boolean {
    const header = request.headers.get("authorization") ?? "";
    const given = /^Bearer +(.+)$/i.exec(header)?.[1] ?? query.get("token");
    return timingSafeEqual(digestOf(given ?? ""), this.#digest);
  }
}

/** Throws a `TypeError` unless every client can send the token in a header. */
export function checkToken(token: unknown): asserts token is string {
  checkString("token", token);
  if (/^[!-~]+( +[!-~]+)*$/.test(token)) return;
  // The message does not show the token, which is a secret.
  throw new TypeError(
    '"token" must be printable ASCII characters that neither start nor end ' +
      "with a space, found a text that no header can carry",
  );
}

/** A digest has always the same length, as the comparison needs it. */
function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
