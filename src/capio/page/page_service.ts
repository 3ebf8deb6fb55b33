import { timingSafeEqual } from "node:crypto";
import { EVENT_STREAM_HEADERS, sourceFault } from "../../internal/mod.ts";
import { liveUpdates } from "./live_updates.ts";
import { pageDocument } from "./page_document.ts";
import type { PageSource } from "./page_source.ts";

/** Most browsers that look at the same time. */
const MOST_WATCHERS = 32;

/** Options for {@linkcode PageService}. */
export interface PageServiceOptions {
  /** The secret in the path. */
  readonly token: string;
  /** Names under which the server may be reached, besides addresses. */
  readonly hostNames: ReadonlySet<string>;
}

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  // The address holds the token.
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Answers the requests for a page. */
export class PageService {
  readonly #source: PageSource;
  readonly #sourceId = crypto.randomUUID();
  readonly #token: Uint8Array;
  readonly #hostNames: ReadonlySet<string>;
  #watchers = 0;
  #allLeft = Promise.withResolvers<void>();

  constructor(source: PageSource, { token, hostNames }: PageServiceOptions) {
    this.#source = source;
    this.#token = new TextEncoder().encode(token);
    this.#hostNames = hostNames;
    this.#allLeft.resolve();
  }

  /** Resolves when no browser looks. */
  get allLeft(): Promise<void> {
    return this.#allLeft.promise;
  }

  /** Answers a request. */
  answer(request: Request): Response {
    const { method } = request;
    const fault = sourceFault(request, { names: this.#hostNames });
    if (fault?.status === 403) {
      return refusal(403, "Open the page at the address that sluice has told");
    }
    const url = URL.parse(request.url);
    if (fault || !url) return refusal(400, "The request is malformed");
    const [, token = "", name, ...more] = url.pathname.split("/");
    if (!this.#isToken(token) || more.length > 0) return notFound();
    if (method !== "GET" && method !== "HEAD") {
      const message = `Method ${method} is not one of GET, HEAD`;
      return refusal(405, message, { allow: "GET, HEAD" });
    }
    const response = this.#answerTo(name, request);
    return method === "HEAD" ? new Response(null, response) : response;
  }

  #answerTo(name: string | undefined, request: Request): Response {
    switch (name) {
      case undefined:
        // The page asks for what lies beside it.
        return redirection(`${new URL(request.url).pathname}/`);
      case "":
        return pageDocument(HEADERS);
      case "live":
        return this.#answerLive(request);
      case "timeline.svg":
        return this.#answerTimeline();
      default:
        return notFound();
    }
  }

  #answerLive({ method, headers }: Request): Response {
    const type = { ...HEADERS, ...EVENT_STREAM_HEADERS };
    if (method === "HEAD") return new Response(null, { headers: type });
    if (this.#watchers >= MOST_WATCHERS) {
      return refusal(503, "Too many look at this page, try again later", {
        "retry-after": "10",
      });
    }
    if (this.#watchers++ === 0) this.#allLeft = Promise.withResolvers();
    const updates = liveUpdates(this.#source, {
      sourceId: this.#sourceId,
      lastEventId: headers.get("last-event-id"),
      onEnd: () => {
        if (--this.#watchers === 0) this.#allLeft.resolve();
      },
    });
    return new Response(updates, { headers: type });
  }

  #answerTimeline(): Response {
    return new Response(this.#source.timeline(), {
      headers: {
        ...HEADERS,
        "content-type": "image/svg+xml",
        "content-security-policy": "default-src 'none'",
      },
    });
  }

  /** The time that it takes does not tell how much of a wrong token is right. */
  #isToken(text: string): boolean {
    const given = new TextEncoder().encode(text);
    return given.length === this.#token.length &&
      timingSafeEqual(given, this.#token);
  }
}

function notFound(): Response {
  return refusal(404, "Not found");
}

function redirection(location: string): Response {
  return new Response(null, { status: 308, headers: { ...HEADERS, location } });
}

function refusal(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { ...HEADERS, "content-type": "text/plain", ...headers },
  });
}
