import { sourceFault } from "../../internal/mod.ts";
import type { MirroredLineBuffer } from "../mirror/mod.ts";
import { refusesPost, storePost } from "../mirror/mod.ts";
import {
  asksBeforeWriting,
  decodeCount,
  decodePosition,
  decodePost,
  decodeSender,
  decodeStateChange,
  encodeItems,
  type EventPosition,
  HostToken,
  type MirrorPost,
  Refusal,
} from "../protocol/mod.ts";
import { charsIn, HostReplies, SUCCESS } from "./host_replies.ts";
import { liveHead, liveResponse } from "./live_response.ts";
import { PostNumbers } from "./post_numbers.ts";
import { ReaderBudget } from "./reader_budget.ts";
import { RequestBodies } from "./request_body.ts";
import { viewPage } from "./page/mod.ts";

/** Most live readers at the same time. */
const MOST_LIVE_READERS = 256;

/** A reply with so little is made at once, which takes less time. */
const FEW_ITEMS = 100;
const FEW_CHARS = 8 * 1024;

/** Most characters that all readers who are being sent something keep. */
const MOST_READER_CHARS = 4 * 1024 * 1024;

/** Options for {@linkcode HostService}, as those of a `LineHostBuffer`. */
export interface HostServiceOptions {
  readonly apiRoute: string;
  readonly token: string | undefined;
  /** Names of hosts in requests, besides addresses and `localhost`. */
  readonly hostNames: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  readonly bodyTimeout: number;
  readonly stallTimeout: number;
}

/** Answers the requests of the protocol from a buffer. */
export class HostService {
  readonly #buffer: MirroredLineBuffer;
  /** Names the items of this buffer, so that a reader notices another one. */
  readonly #id: string = crypto.randomUUID();
  /** The route as it is in the URL of a request. */
  readonly #path: string;
  readonly #bodies: RequestBodies;
  readonly #postNumbers = new PostNumbers();
  readonly #replies: HostReplies;
  readonly #stallTimeout: number;
  readonly #token: HostToken | undefined;
  readonly #hostNames: ReadonlySet<string>;
  readonly #readers = new ReaderBudget(MOST_READER_CHARS);
  #liveReaders = 0;

  constructor(buffer: MirroredLineBuffer, options: HostServiceOptions) {
    const { apiRoute, token, hostNames, stallTimeout } = options;
    this.#buffer = buffer;
    this.#path = new URL(apiRoute, "http://localhost").pathname;
    this.#bodies = new RequestBodies(options);
    this.#replies = new HostReplies(stallTimeout, () => buffer.mirrorsStopped);
    this.#stallTimeout = stallTimeout;
    this.#token = token === undefined ? undefined : new HostToken(token);
    this.#hostNames = hostNames;
  }

  /**
   * Answers a request, or returns `null` if its path is not the service's.
   *
   * @param signal Ends live streams.
   * @param ownNames More names of this host than the options have.
   */
  async answer(
    request: Request,
    signal: AbortSignal | undefined,
    ownNames: ReadonlySet<string>,
  ): Promise<Response | null> {
    const url = URL.parse(request.url);
    const answer = url === null
      ? answerMalformed
      : this.#answerTo(url.pathname);
    if (answer === undefined) return null;
    try {
      this.#checkSource(request, ownNames);
      const query = url?.searchParams ?? new URLSearchParams();
      this.#authorize(request, query);
      return bodyFor(request, await answer(request, query, signal));
    } catch (error) {
      return bodyFor(request, this.#replies.refuse(error));
    }
  }

  #answerTo(path: string): Answer | undefined {
    if (!path.startsWith(this.#path)) return undefined;
    switch (path.slice(this.#path.length)) {
      case "":
        return (request, query) => this.#answerItems(request, query);
      case "-state":
        return (request, query) => this.#answerState(request, query);
      case "/live":
        return (request, query, signal) =>
          this.#answerLive(request, query, signal);
      case "/view":
        return answerView;
      default:
        return undefined;
    }
  }

  #checkSource(request: Request, ownNames: ReadonlySet<string>): void {
    const names = this.#hostNames.union(ownNames);
    // A page that guesses the name has yet to guess the token.
    const any = this.#token !== undefined;
    const fault = sourceFault(request, { names, any });
    if (fault !== undefined) throw new Refusal(fault.status, fault.message);
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
      case "HEAD":
      case "GET": {
        const count = decodeCount(query);
        const isShort = Math.min(count ?? Infinity, this.#buffer.length) <=
          FEW_ITEMS;
        const items = isShort ? this.#buffer.read(count) : [];
        if (isShort && charsIn(items) <= FEW_CHARS) {
          return this.#replies.reply(200, encodeItems(items));
        }
        const batches = this.#buffer.batches(count);
        return await this.#replies.items(batches, this.#readers.share());
      }
      case "POST":
        checkJson(request);
        this.#take(decodePost(await this.#bodies.text(request)), request);
        return this.#replies.reply(201, SUCCESS);
      case "DELETE":
        this.#buffer.clear();
        return this.#replies.reply(200, SUCCESS);
      default:
        throw methodRefusal(request, "GET, HEAD, POST, DELETE");
    }
  }

  async #answerState(
    request: Request,
    query: URLSearchParams,
  ): Promise<Response> {
    switch (request.method) {
      case "HEAD":
      case "GET": {
        const data = this.#state(stateName(request, query));
        const body = JSON.stringify({ message: "success", data });
        return this.#replies.reply(200, body);
      }
      case "POST": {
        checkJson(request);
        const change = decodeStateChange(await this.#bodies.text(request));
        if (change.closed) this.#buffer.stopAllMirrors();
        else this.#buffer.resetStates();
        return this.#replies.reply(201, SUCCESS);
      }
      case "DELETE":
        this.#buffer.resetStates();
        return this.#replies.reply(200, SUCCESS);
      default:
        throw methodRefusal(request, "GET, HEAD, POST, DELETE");
    }
  }

  #answerLive(
    request: Request,
    query: URLSearchParams,
    signal: AbortSignal = new AbortController().signal,
  ): Response {
    if (request.method === "HEAD") return liveHead();
    if (request.method !== "GET") throw methodRefusal(request, "GET, HEAD");
    if (this.#liveReaders >= MOST_LIVE_READERS) {
      throw new Refusal(503, "Too many live readers, try again later", {
        "retry-after": "10",
      });
    }
    const id = request.headers.get("last-event-id") ?? query.get("lastEventId");
    const events = this.#buffer.events({
      stored: query.get("stored") !== "false",
      next: this.#nextFor(decodePosition(id)),
    });
    this.#liveReaders++;
    return liveResponse(events, {
      buffer: this.#id,
      stallTimeout: this.#stallTimeout,
      share: this.#readers.share(),
      signal,
      onEnd: () => this.#liveReaders--,
    });
  }

  /** A reader that comes from another buffer has seen nothing of this one. */
  #nextFor(position: EventPosition | undefined): number | undefined {
    if (position === undefined) return undefined;
    return position.buffer === this.#id ? position.next : 0;
  }

  /** Stores a post, once, however often the mirror sends it. */
  #take(post: MirrorPost, request: Request): void {
    if (
      refusesPost(this.#buffer, post) && !asksBeforeWriting(request.headers)
    ) {
      throw new Refusal(409, "The host asks its mirrors to stop");
    }
    const { mirror, number } = decodeSender(request.headers);
    if (number !== undefined && !this.#postNumbers.record(mirror, number)) {
      return;
    }
    storePost(this.#buffer, post, mirror);
  }

  #state(name: string): boolean | number | null {
    switch (name) {
      case "closed":
        return this.#buffer.mirrorsStopped;
      case "maxlen":
        return this.#buffer.maxlen;
      case "curlen":
        return this.#buffer.length;
      case "dropped":
        return this.#buffer.dropped;
      default:
        return null;
    }
  }
}

type Answer = (
  request: Request,
  query: URLSearchParams,
  signal: AbortSignal | undefined,
) => Response | Promise<Response>;

/** The response to a request, which has no body if only its head is asked for. */
function bodyFor(request: Request, response: Response): Response {
  if (request.method !== "HEAD") return response;
  response.body?.cancel().catch(() => {});
  return new Response(null, response);
}

function answerMalformed(): never {
  throw new Refusal(400, "The URL of the request is malformed");
}

function answerView(request: Request): Response {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw methodRefusal(request, "GET, HEAD");
  }
  return viewPage();
}

/**
 * The name of the state that is asked for. syncstream's mirror sends it in the
 * body of a GET, which a server must not read; it only ever asks for `closed`.
 */
function stateName(request: Request, query: URLSearchParams): string {
  const name = query.get("state");
  if (name !== null) return name;
  const length = request.headers.get("content-length") ?? "0";
  if (length !== "0") return "closed";
  throw new Refusal(400, 'The query "state" is missing');
}

function checkJson(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (/^application\/(.+\+)?json\s*(;|$)/i.test(type)) return;
  throw new Refusal(415, `The body must be application/json, found "${type}"`);
}

function methodRefusal(request: Request, allow: string): Refusal {
  return new Refusal(405, `Method ${request.method} is not one of ${allow}`, {
    allow,
  });
}
