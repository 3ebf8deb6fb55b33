import { checkInteger, refused } from "../../internal/mod.ts";
import { pacedBody } from "./paced_body.ts";
import {
  asksBeforeWriting,
  CLOSED_HEADER,
  decodeCount,
  decodePosition,
  decodePost,
  decodeSender,
  decodeStateChange,
  encodeEvents,
  encodeItems,
  type EventPosition,
  HostToken,
  type MirrorPost,
  Refusal,
} from "../protocol/mod.ts";
import {
  type LineBufferOptions,
  type LineEvent,
  LinesError,
  type SerializedMessage,
} from "../buffer/mod.ts";
import { type LineHostServer, serveHandler } from "./line_host_server.ts";
import { liveResponse } from "./live_response.ts";
import { MirroredLineBuffer, refusesPost, storePost } from "../mirror/mod.ts";
import { PostNumbers } from "./post_numbers.ts";
import { RequestBodies } from "./request_body.ts";
import { viewPage } from "./view_page.ts";

/** Most live readers at the same time. */
const MOST_LIVE_READERS = 256;

const SUCCESS = JSON.stringify({ message: "success" });

/** Options for {@linkcode LineHostBuffer}. */
export interface LineHostBufferOptions extends LineBufferOptions {
  /**
   * Path of the service, starting with `/`.
   *
   * @default {"/sync-stream"}
   */
  apiRoute?: string;
  /**
   * Secret that every request must carry, as `Authorization: Bearer TOKEN` or
   * as the query `token`. Without it anyone who reaches the port may read and
   * write.
   */
  token?: string;
  /**
   * Largest body of a request, in bytes.
   *
   * @default {1_048_576}
   */
  maxBodyBytes?: number;
  /**
   * Longest time in which a request's body must have come, in milliseconds.
   *
   * @default {30_000}
   */
  bodyTimeout?: number;
  /**
   * Longest time that a client may take nothing of a live stream, or of a
   * large reply, before it is dropped, in milliseconds.
   *
   * @default {30_000}
   */
  stallTimeout?: number;
}

/** Options for {@linkcode LineHostBuffer.handler}. */
export interface LineHostHandlerOptions {
  /** Ends the live streams that the handler started. */
  signal?: AbortSignal;
}

/**
 * A line buffer that other programs write to and read from over HTTP. The
 * protocol is that of `LineHostBuffer` of syncstream 1.2, whose mirrors can
 * write to it. Besides, `GET A/live` sends what comes as server-sent events,
 * and `GET A/view` is a page that shows it.
 *
 * @example A server of its own
 * ```ts
 * import { LineHostBuffer } from "@sluice/sluice/lines";
 *
 * const host = new LineHostBuffer({ maxlen: 1_000 });
 * await using server = host.serve({ hostname: "127.0.0.1", port: 5000 });
 * console.log("http://localhost:5000/sync-stream/view");
 * await server.finished;
 * ```
 *
 * @example One route of a server
 * ```ts
 * import { LineHostBuffer } from "@sluice/sluice/lines";
 *
 * const host = new LineHostBuffer();
 * Deno.serve(async (request) =>
 *   await host.handler(request) ?? new Response("Not found", { status: 404 })
 * );
 * ```
 */
export class LineHostBuffer extends MirroredLineBuffer {
  /** Path of the service. */
  readonly apiRoute: string;
  /** Names the items of this buffer, so that a reader notices another one. */
  readonly #id: string = crypto.randomUUID();
  /** The route as it is in the URL of a request. */
  readonly #path: string;
  readonly #bodies: RequestBodies;
  readonly #postNumbers = new PostNumbers();
  readonly #stallTimeout: number;
  readonly #token: HostToken | undefined;
  #liveReaders = 0;

  /**
   * Starts empty, and is served by `handler` or `serve`.
   *
   * @param options Route, limits and secret.
   * @throws {TypeError} If an option is of the wrong type, or the route is not
   * a path, or the token cannot be sent in a header.
   * @throws {RangeError} If a limit is not a positive integer.
   */
  constructor(options: LineHostBufferOptions = {}) {
    super(options);
    const {
      apiRoute = "/sync-stream",
      token,
      maxBodyBytes = 1_048_576,
      bodyTimeout = 30_000,
      stallTimeout = 30_000,
    } = options;
    if (!/^(\/[^/?#\s]+)+$/.test(apiRoute)) {
      throw refused("apiRoute", 'a path like "/sync-stream"', apiRoute);
    }
    const limits = { maxBodyBytes, bodyTimeout, stallTimeout };
    for (const [name, limit] of Object.entries(limits)) {
      checkInteger(name, limit, { min: 1 });
    }
    this.apiRoute = apiRoute;
    this.#path = new URL(apiRoute, "http://localhost").pathname;
    this.#bodies = new RequestBodies({ maxBodyBytes, bodyTimeout });
    this.#stallTimeout = stallTimeout;
    this.#token = token === undefined ? undefined : new HostToken(token);
  }

  /**
   * As {@linkcode LineBuffer.read}, with messages in their serialized form.
   *
   * @param size Return only the last `size` items.
   * @returns Strings and serialized messages.
   */
  readSerialized(size?: number): (string | SerializedMessage)[] {
    return this.read(size).map((item) =>
      typeof item === "string" ? item : item.serialize()
    );
  }

  /**
   * Answers a request to the service.
   *
   * @param request Any request that the server got.
   * @param options When to end live streams.
   * @returns The reply, or `null` if the request's path is not the service's.
   */
  async handler(
    request: Request,
    options: LineHostHandlerOptions = {},
  ): Promise<Response | null> {
    const url = new URL(request.url);
    const answer = this.#answerTo(url.pathname);
    if (answer === undefined) return null;
    try {
      this.#authorize(request, url.searchParams);
      return await answer(request, url.searchParams, options);
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /**
   * Serves the buffer, and nothing else, at a port.
   *
   * @param options Those of `Deno.serve`.
   * @returns The server.
   */
  serve(
    options: Deno.ServeTcpOptions & { signal?: AbortSignal } = {},
  ): LineHostServer {
    return serveHandler(
      options,
      (request, signal) => this.handler(request, { signal }),
    );
  }

  #answerTo(path: string): Answer | undefined {
    if (!path.startsWith(this.#path)) return undefined;
    switch (path.slice(this.#path.length)) {
      case "":
        return (request, query) => this.#answerItems(request, query);
      case "-state":
        return (request, query) => this.#answerState(request, query);
      case "/live":
        return (request, query, { signal }) =>
          this.#answerLive(request, query, signal);
      case "/view":
        return (request) => answerView(request);
    }
  }

  #authorize(request: Request, query: URLSearchParams): void {
    if (this.#token === undefined || this.#token.isIn(request, query)) return;
    throw new Refusal(401, "Wrong or missing token", {
      "www-authenticate": "Bearer",
    });
  }

  async #answerItems(
    request: Request,
    query: URLSearchParams,
  ): Promise<Response> {
    switch (request.method) {
      case "GET":
        return this.#reply(200, encodeItems(this.read(decodeCount(query))));
      case "POST":
        assertJson(request);
        this.#take(decodePost(await this.#bodies.text(request)), request);
        return this.#reply(201, SUCCESS);
      case "DELETE":
        this.clear();
        return this.#reply(200, SUCCESS);
      default:
        throw methodRefusal(request, "GET, POST, DELETE");
    }
  }

  async #answerState(
    request: Request,
    query: URLSearchParams,
  ): Promise<Response> {
    switch (request.method) {
      case "GET": {
        const data = this.#state(stateName(request, query));
        return this.#reply(200, JSON.stringify({ message: "success", data }));
      }
      case "POST": {
        assertJson(request);
        const change = decodeStateChange(await this.#bodies.text(request));
        if (change.closed) this.stopAllMirrors();
        else this.resetStates();
        return this.#reply(201, SUCCESS);
      }
      case "DELETE":
        this.resetStates();
        return this.#reply(200, SUCCESS);
      default:
        throw methodRefusal(request, "GET, POST, DELETE");
    }
  }

  #answerLive(
    request: Request,
    query: URLSearchParams,
    signal: AbortSignal = new AbortController().signal,
  ): Response {
    if (request.method !== "GET") throw methodRefusal(request, "GET");
    if (this.#liveReaders >= MOST_LIVE_READERS) {
      throw new Refusal(503, "Too many live readers, try again later", {
        "retry-after": "10",
      });
    }
    const id = request.headers.get("last-event-id") ?? query.get("lastEventId");
    const events = this.events({
      stored: query.get("stored") !== "false",
      next: this.#nextFor(decodePosition(id)),
    }).pipeThrough(encodedEvents(this.#id));

    this.#liveReaders++;
    return liveResponse(events, {
      stallTimeout: this.#stallTimeout,
      signal,
      onEnd: () => this.#liveReaders--,
    });
  }

  /** Whoever knows another buffer has not seen any of this one. */
  #nextFor(position: EventPosition | undefined): number | undefined {
    if (position === undefined) return undefined;
    return position.buffer === this.#id ? position.next : 0;
  }

  /** Stores what a mirror posts, once, however often it posts it. */
  #take(post: MirrorPost, request: Request): void {
    if (refusesPost(this, post) && !asksBeforeWriting(request.headers)) {
      throw new Refusal(409, "The host asks its mirrors to stop");
    }
    const { mirror, number } = decodeSender(request.headers);
    if (number !== undefined && !this.#postNumbers.isNew(mirror, number)) {
      return;
    }
    storePost(this, post, mirror);
  }

  #state(name: string): boolean | number | null {
    switch (name) {
      case "closed":
        return this.mirrorsStopped;
      case "maxlen":
        return this.maxlen;
      case "curlen":
        return this.length;
      case "dropped":
        return this.dropped;
      default:
        return null;
    }
  }

  #refuse(error: unknown): Response {
    const { status, message, headers } = asRefusal(error);
    return this.#reply(status, JSON.stringify({ message }), headers);
  }

  #reply(
    status: number,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Response {
    return new Response(pacedBody(body, this.#stallTimeout), {
      status,
      headers: {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        [CLOSED_HEADER]: String(this.mirrorsStopped),
        ...headers,
      },
    });
  }
}

type Answer = (
  request: Request,
  query: URLSearchParams,
  options: LineHostHandlerOptions,
) => Response | Promise<Response>;

function answerView(request: Request): Response {
  if (request.method !== "GET") throw methodRefusal(request, "GET");
  return viewPage();
}

/**
 * The state that is asked for. syncstream's mirror sends its name in a body,
 * which a GET has not and a server must not read; `closed` is all it asks for.
 */
function stateName(request: Request, query: URLSearchParams): string {
  const name = query.get("state");
  if (name !== null) return name;
  const length = request.headers.get("content-length") ?? "0";
  if (length !== "0") return "closed";
  throw new Refusal(400, 'The query "state" is missing');
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const isClosed = error instanceof LinesError && error.code === "CLOSED";
  return isClosed
    ? new Refusal(410, "The buffer is closed")
    : new Refusal(500, String(error));
}

function assertJson(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (/^application\/(.+\+)?json\s*(;|$)/i.test(type)) return;
  throw new Refusal(415, `The body must be application/json, found "${type}"`);
}

function methodRefusal(request: Request, allow: string): Refusal {
  return new Refusal(405, `Method ${request.method} is not one of ${allow}`, {
    allow,
  });
}

function encodedEvents(
  buffer: string,
): TransformStream<readonly LineEvent[], string> {
  return new TransformStream({
    transform(events, controller) {
      controller.enqueue(encodeEvents(events, buffer));
    },
  });
}
