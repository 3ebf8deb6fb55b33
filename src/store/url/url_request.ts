import {
  connectionFailure,
  shownUrl,
  StallTimer,
  withShownUrls,
} from "../../internal/mod.ts";
import { type Slots, StoreError } from "../core/mod.ts";
import type { Retries } from "./retries.ts";

/** Where requests go, and what goes along. */
export interface UrlSource {
  /** The origin that gets the headers: no other one does. */
  readonly origin: string;
  readonly headers: Headers;
  /** Failures in a row after which there is one more attempt. */
  readonly retries: number;
  /** Milliseconds without an answer or a byte after which there is no connection. */
  readonly timeout: number;
  /** Turns for connections to the server. */
  readonly connections: Slots;
  /** Has the server answered yet? One that never has is not waited for. */
  hasAnswered: boolean;
  /** Is what it answers to HEAD what it sends? */
  isHeadTrue: boolean;
}

/** What a request asks for. */
export interface UrlRequest {
  readonly method?: "GET" | "HEAD";
  /** Are sent besides those of the source, wherever the request is led. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** The attempts that this one is a part of. */
  readonly retries: Retries;
}

/** Most redirects that are followed, as `fetch` does. */
const MOST_REDIRECTS = 20;

/** Answers of a server that has no time, or that waits for another one in vain. */
const BUSY: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/**
 * Sends a request until the server has time for it, see {@linkcode Retries},
 * and follows redirects; the error of a server that is not there has its URL.
 * The headers of the source stay with its origin, and nothing that began with
 * HTTPS goes on without.
 */
export async function request(
  url: string,
  source: UrlSource,
  options: UrlRequest,
): Promise<Response> {
  for (;;) {
    const response = await tryRequest(url, source, options);
    if (response !== undefined) return response;
  }
}

/**
 * Sends a request once. If the server has no time for it, waits until it is time
 * for another attempt, and returns nothing.
 */
export async function tryRequest(
  url: string,
  source: UrlSource,
  options: UrlRequest,
): Promise<Response | undefined> {
  const { signal, retries } = options;
  const { response, error } = await attempt(url, source, options);
  if (response === undefined) {
    // Perhaps it starts again. If it was never there, the URL is wrong.
    if (!source.hasAnswered) throw error;
    await retries.wait(error, undefined, signal);
    return undefined;
  }
  source.hasAnswered = true;
  if (!BUSY.includes(response.status)) return response;
  await response.body?.cancel();
  await retries.wait(httpError(url, response), response, signal);
  return undefined;
}

/** Returns whether the server says that there is nothing at the URL. */
export function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410;
}

/**
 * Lets go of an answer that is no success.
 *
 * @param advice What else to do, for the error.
 * @returns Nothing, if there is nothing at the URL.
 * @throws {StoreError} For every other answer.
 */
export async function missing(
  url: string,
  response: Response,
  advice?: string,
): Promise<undefined> {
  await response.body?.cancel();
  if (!isMissing(response)) throw httpError(url, response, advice);
}

/** Makes the error of a server's answer that is no success. */
export function httpError(
  url: string,
  { status, statusText }: Response,
  advice?: string,
): StoreError {
  const more = advice === undefined ? "" : `; ${advice}`;
  return new StoreError(
    "HTTP",
    `Cannot read "${
      shownUrl(url)
    }": expected a success, the server answered ${status} ${
      withShownUrls(statusText)
    }: check the URL and the headers${more}`,
  );
}

/** The outcome of one attempt: there is no connection, or an answer. */
type Outcome =
  | { readonly response: Response; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: StoreError };

async function attempt(
  url: string,
  source: UrlSource,
  { method = "GET", headers = {}, signal }: UrlRequest,
): Promise<Outcome> {
  let isOwn = true;
  for (let at = url, redirects = 0;; redirects++) {
    // Once a request has left the origin, it is led by others.
    isOwn &&= new URL(at).origin === source.origin;
    const sent = new Headers(isOwn ? source.headers : undefined);
    // A range of a compressed body would have other bytes.
    sent.set("Accept-Encoding", "identity");
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const init = { method, headers: sent, signal, redirect: "manual" } as const;
    const outcome = await send(at, init, source.timeout);
    const { response } = outcome;
    const location = response && locationOf(response);
    if (location === undefined) return outcome;
    await response?.body?.cancel();
    const next = redirected(at, location);
    if (redirects === MOST_REDIRECTS) {
      throw redirectError(at, next, `no more than ${MOST_REDIRECTS} redirects`);
    }
    at = next.href;
  }
}

async function send(
  url: string,
  { signal, ...init }: RequestInit,
  timeout: number,
): Promise<Outcome> {
  const late = new AbortController();
  using stall = new StallTimer(timeout, () => late.abort());
  stall.restart();
  const signals = signal ? [signal, late.signal] : [late.signal];
  try {
    return {
      response: await fetch(url, { ...init, signal: AbortSignal.any(signals) }),
    };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { message, cause } = error as Error;
    const reason = late.signal.aborted
      ? `no answer within ${timeout} milliseconds`
      : connectionFailure(error);
    return {
      error: new StoreError(
        "HTTP",
        `Cannot reach "${
          shownUrl(url)
        }": ${reason}: check the URL and the server`,
        // The error itself shows the URL with all that is in it.
        {
          cause: new TypeError(
            withShownUrls(cause instanceof Error ? cause.message : message),
          ),
        },
      ),
    };
  }
}

function locationOf({ status, headers }: Response): string | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(status);
  return isRedirect ? headers.get("Location") ?? undefined : undefined;
}

function redirected(from: string, location: string): URL {
  const next = URL.parse(location, from);
  const isSecure = from.startsWith("https:");
  const schemes = isSecure ? ["https:"] : ["http:", "https:"];
  if (next && schemes.includes(next.protocol)) {
    // Not ours to send, and no URL of a request may have them.
    next.username = next.password = "";
    return next;
  }
  const expected = schemes.map((scheme) => `"${scheme}"`).join(" or ");
  throw redirectError(from, next ?? location, `a redirect to ${expected}`);
}

function redirectError(
  from: string,
  to: URL | string,
  expected: string,
): StoreError {
  return new StoreError(
    "HTTP",
    `Cannot read "${shownUrl(from)}": expected ${expected}, found one to "${
      shownUrl(to)
    }": use the URL of the files themselves`,
  );
}
