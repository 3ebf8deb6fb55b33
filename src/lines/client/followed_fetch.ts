import { withShownUrls } from "../../internal/mod.ts";
import { LinesError } from "../buffer/mod.ts";

/** A request that may be redirected. */
export interface FollowedRequest {
  readonly method: string;
  readonly body?: string;
  /** Headers that go wherever the request is sent on to. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that only go to the origin of the address: they may be secrets. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  readonly client: Deno.HttpClient | undefined;
  readonly signal: AbortSignal;
}

/** A response, and how it was come by. */
export interface FollowedResponse {
  readonly response: Response;
  /** The URL that has answered. */
  readonly url: string;
  readonly isRedirected: boolean;
  /** The request has left its origin, so `ownHeaders` were not sent along. */
  readonly hasLeftOrigin: boolean;
}

const MOST_REDIRECTS = 20;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches as `fetch` does, but sends only the usual headers along when a
 * redirect leads to another origin. `fetch` would keep back `Authorization`
 * alone.
 */
export async function followedFetch(
  address: string,
  request: FollowedRequest,
): Promise<FollowedResponse> {
  const { client, signal, headers, ownHeaders } = request;
  let { method, body } = request;
  let url = new URL(address);
  let hasLeftOrigin = false;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, {
      method,
      body,
      headers: hasLeftOrigin ? headers : { ...headers, ...ownHeaders },
      redirect: "manual",
      client,
      signal,
    }).catch((error) => {
      throw withoutSecrets(error);
    });
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) {
      const isRedirected = redirects > 0;
      return { response, url: url.href, isRedirected, hasLeftOrigin };
    }
    await response.body?.cancel();
    const next = URL.parse(location, url);
    if (next === null || !/^https?:$/.test(next.protocol)) {
      throw new LinesError(
        "REJECTED",
        "The host redirects to something else than HTTP",
      );
    }
    // Browsers make of a POST a GET with all but these two.
    if (method === "POST" && response.status < 307) {
      method = "GET";
      body = undefined;
    }
    hasLeftOrigin ||= next.origin !== url.origin;
    // The host cannot choose the login either.
    next.username = next.password = "";
    url = next;
  }
  throw new LinesError(
    "REJECTED",
    `The host redirects more than ${MOST_REDIRECTS} times`,
  );
}

/** A failure of `fetch`, whose messages have the whole URL. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const { message, cause } = error;
  const shown = new TypeError(withShownUrls(message), { cause });
  if (!(cause instanceof Error)) return shown;
  const { code } = cause as { code?: unknown };
  const shownCause = new Error(withShownUrls(cause.message));
  shown.cause = code === undefined
    ? shownCause
    : Object.assign(shownCause, { code });
  return shown;
}
