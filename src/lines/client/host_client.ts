import { delay } from "@std/async";
import { checkToken } from "../protocol/mod.ts";
import {
  basicLogin,
  checkFunction,
  checkInteger,
  checkString,
  connectionFailure,
  hasNotConnected,
  isDeno,
  refused,
  shownUrl,
  startTimer,
} from "../../internal/mod.ts";
import { ByteLimitStream } from "../../streams/mod.ts";
import { LinesError } from "../buffer/mod.ts";
import { followedFetch, type FollowedResponse } from "./followed_fetch.ts";

/** Pause before the second attempt, in milliseconds; each further one doubles. */
const FIRST_PAUSE_MILLISECONDS = 200;

/** Most further attempts of one request after each kind of failure. */
const RETRIES = { connect: 5, read: 2 } as const;

/** Statuses after which another attempt may succeed. */
const PASSING_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** When a request counts as delayed, in milliseconds. */
const DELAY_MILLISECONDS = 2_000;

const USUAL_HEADERS = {
  "Accept": "application/json",
  "User-Agent": "sluice",
} as const;

const JSON_HEADERS = { "Content-Type": "application/json" } as const;

/** Options for everything that talks to a host: mirrors and readers. */
export interface HostClientOptions {
  /**
   * Longest time for one request with all its retries, in milliseconds.
   *
   * @default {30_000}
   */
  timeout?: number;
  /** Secret that the host asks for. */
  token?: string;
  /**
   * Headers sent besides the usual ones. When the host redirects to another
   * origin, neither these nor the token go there.
   */
  headers?: Record<string, string>;
  /**
   * Largest reply, in bytes, and largest event of a live stream, in characters.
   *
   * @default {67_108_864}
   */
  maxReplyBytes?: number;
  /**
   * Is called once for each request that takes longer than two seconds, with
   * the failure of its latest attempt if one has failed.
   *
   * @default {undefined}
   */
  onDelay?: (failure?: LinesError) => void;
}

/** One request to a host. */
export interface HostRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** The end of the URL after the address, for instance `-state?state=closed`. */
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** The answer of a host. */
export interface HostReply {
  readonly headers: Headers;
  /** The field `data` of the body. */
  readonly data: unknown;
}

/** Sends requests to one host, with retries and a limit of time. */
export class HostClient {
  /** Headers of requests without a body. */
  readonly headersGet: Readonly<Record<string, string>>;
  /** The address, without user and password. */
  readonly address: string;
  /** Largest reply, in bytes. */
  readonly maxReplyBytes: number;
  readonly #url: string;
  readonly #ownHeaders: Readonly<Record<string, string>>;
  readonly #timeout: number;
  readonly #onDelay: HostClientOptions["onDelay"];
  /** Other runtimes than Deno have one for all requests. */
  readonly #client: Deno.HttpClient | undefined;
  readonly #closing = new AbortController();

  constructor(address: string, options: HostClientOptions = {}) {
    const {
      timeout = 30_000,
      token,
      headers = {},
      maxReplyBytes = 67_108_864,
      onDelay,
    } = options;
    checkString("address", address);
    if (!/^https?:\/\/[^?#]+$/.test(address) || !URL.canParse(address)) {
      throw refused(
        "address",
        'a URL like "http://localhost:5000/sync-stream"',
        shownUrl(address),
      );
    }
    const { origin, pathname } = new URL(address);
    if (/^\/*$/.test(pathname)) {
      throw refused(
        "address",
        `a URL with the path of the host, such as "${origin}/sync-stream"`,
        shownUrl(address),
      );
    }
    checkInteger("maxReplyBytes", maxReplyBytes, { min: 1 });
    checkInteger("timeout", timeout, { min: 1 });
    if (token !== undefined) checkToken(token);
    if (onDelay !== undefined) checkFunction("onDelay", onDelay);
    this.address = shownUrl(address);
    this.#url = this.address.replace(/\/$/, "");
    this.maxReplyBytes = maxReplyBytes;
    this.#timeout = timeout;
    this.#onDelay = onDelay;
    this.#ownHeaders = {
      ...loginIn(address),
      ...(token === undefined ? {} : { "Authorization": `Bearer ${token}` }),
      ...headers,
    };
    this.headersGet = { ...USUAL_HEADERS, ...this.#ownHeaders };
    // `fetch` would throw the same error as for an unreachable host.
    checkHeaders(this.headersGet);
    this.#client = isDeno ? Deno.createHttpClient({}) : undefined;
  }

  /** Headers of requests with a body. */
  get headers(): Record<string, string> {
    return { ...this.headersGet, ...JSON_HEADERS };
  }

  /** Sends a request until it is answered. */
  async request(request: HostRequest): Promise<HostReply> {
    return await this.#withRetries(request, async (signal) => {
      const reply = await this.#fetch(request, signal);
      // The connection serves the next request only once the reply is read.
      const data = dataOf(reply, await this.#textOf(reply));
      assertArrived(request, reply);
      return { headers: reply.response.headers, data };
    });
  }

  /** Opens a stream of events, and tries again until the host sends its head. */
  async open(
    request: HostRequest,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return await this.#withRetries(request, async (signal) => {
      const reply = await this.#fetch(request, signal);
      const { response } = reply;
      const type = response.headers.get("content-type") ?? "";
      const isStream = response.ok && type.startsWith("text/event-stream");
      if (isStream && response.body !== null) return response.body;
      dataOf(reply, await this.#textOf(reply));
      throw rejection(reply);
    });
  }

  /** Ends the requests under way and live streams, for the given reason. */
  close(reason?: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(
      new LinesError("CLOSED", "The connection to the host was closed here", {
        cause: reason,
      }),
    );
    this.#client?.close();
  }

  #fetch(request: HostRequest, late: AbortSignal): Promise<FollowedResponse> {
    const { method, path = "", body, headers } = request;
    const ofBody = body === undefined ? {} : JSON_HEADERS;
    return followedFetch(this.#url + path, {
      method,
      body,
      headers: { ...USUAL_HEADERS, ...ofBody, ...headers },
      ownHeaders: { ...this.#ownHeaders, ...ofBody, ...headers },
      client: this.#client,
      signal: AbortSignal.any([late, ...this.#signalsOf(request)]),
    });
  }

  /** The text of a reply, which may be without end. */
  async #textOf({ response }: FollowedResponse): Promise<string> {
    const length = response.headers.get("content-length");
    const isShort = length !== null && Number(length) <= this.maxReplyBytes &&
      !response.headers.has("content-encoding");
    if (isShort || response.body === null) return await response.text();
    const limited = response.body
      .pipeThrough(new ByteLimitStream(this.maxReplyBytes))
      .pipeThrough(new TextDecoderStream());
    try {
      return (await Array.fromAsync(limited)).join("");
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new LinesError(
        "REJECTED",
        `Cannot read the reply of the host: expected at most ` +
          `${this.maxReplyBytes} bytes, found more, raise "maxReplyBytes"`,
        { cause },
      );
    }
  }

  /** The signals that end a request however it goes. */
  #signalsOf({ signal }: HostRequest): AbortSignal[] {
    const closing = this.#closing.signal;
    return signal === undefined ? [closing] : [closing, signal];
  }

  async #withRetries<T>(
    request: HostRequest,
    attempt: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const left = { ...RETRIES } as Record<keyof typeof RETRIES, number>;
    const late = new AbortController();
    let failure: unknown;
    const timer = startTimer(this.#timeout, () => late.abort());
    const delayed = this.#onDelay && startTimer(DELAY_MILLISECONDS, () => {
      const explained = this.#explain(failure);
      this.#onDelay?.(explained instanceof LinesError ? explained : undefined);
    });
    try {
      for (let pause = FIRST_PAUSE_MILLISECONDS;; pause *= 2) {
        try {
          return await attempt(late.signal);
        } catch (error) {
          if (late.signal.aborted) throw error;
          failure = error;
        }
        const kind = retryKind(failure);
        if (kind === undefined || left[kind]-- === 0) throw failure;
        const signals = [late.signal, ...this.#signalsOf(request)];
        await delay(pause, { signal: AbortSignal.any(signals) });
      }
    } catch (error) {
      request.signal?.throwIfAborted();
      throw late.signal.aborted
        ? this.#lateError(failure ?? error)
        : this.#explain(error);
    } finally {
      clearTimeout(timer);
      clearTimeout(delayed);
    }
  }

  #lateError(cause: unknown): LinesError {
    const why = cause instanceof TypeError
      ? `: ${connectionFailure(cause)}`
      : "";
    return new LinesError(
      "TIMEOUT",
      `The host at ${this.#url} did not answer within ` +
        `${this.#timeout} ms${why}`,
      { cause },
    );
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof TypeError)) return error;
    return new LinesError(
      "UNREACHABLE",
      `Cannot reach the host at ${this.#url}: ${connectionFailure(error)}`,
      { cause: error },
    );
  }
}

/** The header for the user and the password in a URL. */
function loginIn(address: string): Record<string, string> {
  const login = basicLogin(new URL(address));
  return login === undefined ? {} : { "Authorization": login };
}

function checkHeaders(headers: Record<string, string>): void {
  try {
    new Headers(headers);
  } catch (cause) {
    throw new TypeError(
      '"headers" must be names and values that HTTP allows, found others',
      { cause },
    );
  }
}

/** The kind of retry for a failure; nothing if another attempt is of no use. */
function retryKind(error: unknown): keyof typeof RETRIES | undefined {
  if (error instanceof LinesError) {
    return PASSING_STATUSES.has(error.status ?? 0) ? "read" : undefined;
  }
  // `fetch` throws a TypeError for every failure of the connection.
  if (!(error instanceof TypeError)) return undefined;
  return hasNotConnected(error) ? "connect" : "read";
}

/** The field `data` of a reply; throws for an error or a reply of no host. */
function dataOf(reply: FollowedResponse, text: string): unknown {
  const { response } = reply;
  const body = parseObject(text);
  const message = typeof body?.message === "string"
    ? body.message
    : response.statusText;
  if (response.ok && message === "success") return body?.data;
  throw rejection(reply, message);
}

/** Throws if a redirection has turned the post into a GET without its body. */
function assertArrived(
  request: HostRequest,
  { response: { status }, isRedirected, url }: FollowedResponse,
): void {
  if (request.method !== "POST" || !isRedirected || status === 201) return;
  throw new LinesError(
    "REJECTED",
    "The host has moved and does not take posts on the way, use " +
      `"${shownUrl(url)}"`,
    { status },
  );
}

function rejection(
  { response: { ok, status }, url, hasLeftOrigin }: FollowedResponse,
  message = "",
): LinesError {
  const where = hasLeftOrigin && (status === 401 || status === 403)
    ? `; it is "${shownUrl(url)}", to which it has redirected: use that ` +
      "address, as tokens and headers only go to the address that is given"
    : "";
  return new LinesError(
    "REJECTED",
    ok
      ? `"${shownUrl(url)}" is not a line host: it answers something else`
      : `The host answers ${status}: ${message}${where}`,
    { status },
  );
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
