import {
  checkInteger,
  checkSignal,
  checkString,
  hostNames,
  refused,
} from "../../internal/mod.ts";
import type { LineBufferOptions, SerializedMessage } from "../buffer/mod.ts";
import { MirroredLineBuffer } from "../mirror/mod.ts";
import { HostService } from "./host_service.ts";
import {
  type LineHostServeOptions,
  type LineHostServer,
  serveHandler,
} from "./line_host_server.ts";

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
   * as the query `token`. Without a token, every program that reaches the port
   * can read and write; web pages cannot, see `allowedHosts`.
   */
  token?: string;
  /**
   * Names under which browsers and mirrors reach the service, such as
   * `"logs.example.com"`. A request to another name is answered with 403, so
   * that a web page cannot reach the service by changing the address of its own
   * name; always accepted are IP addresses, `localhost` and the name that
   * `serve` binds. With a token every name is accepted. Requests of web pages of
   * another origin are refused in any case.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
  /**
   * Largest body of a request, in bytes.
   *
   * @default {1_048_576}
   */
  maxBodyBytes?: number;
  /**
   * Longest time for a request's body to arrive, in milliseconds.
   *
   * @default {30_000}
   */
  bodyTimeout?: number;
  /**
   * Longest time for which a client may take nothing of a live stream or of a
   * large reply, in milliseconds; after it the client is dropped.
   *
   * @default {30_000}
   */
  stallTimeout?: number;
}

/** Options for {@linkcode LineHostBuffer.handler}. */
export interface LineHostHandlerOptions {
  /** Ends the live streams that the handler started. */
  signal?: AbortSignal;
  /**
   * Names of the host besides those of the buffer's option of that name.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
}

/**
 * A line buffer that other programs write to and read from over HTTP. The
 * protocol is that of `LineHostBuffer` of syncstream 1.2, whose mirrors can
 * write to it. Besides, `GET A/live` sends the lines as they come, as
 * server-sent events, and `GET A/view` is a page that shows them.
 *
 * Import it from `@sluice/sluice/lines`; `@sluice/sluice` has it too, and loads
 * all modules.
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
 * const { handler } = new LineHostBuffer();
 * Deno.serve(async (request) =>
 *   await handler(request) ?? new Response("Not found", { status: 404 })
 * );
 * ```
 */
export class LineHostBuffer extends MirroredLineBuffer {
  /** Path of the service. */
  readonly apiRoute: string;
  readonly #service: HostService;

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
      allowedHosts = [],
      maxBodyBytes = 1_048_576,
      bodyTimeout = 30_000,
      stallTimeout = 30_000,
    } = options;
    checkString("apiRoute", apiRoute);
    if (!/^(\/[^/?#\s]+)+$/.test(apiRoute)) {
      throw refused("apiRoute", 'a path like "/sync-stream"', apiRoute);
    }
    const limits = { maxBodyBytes, bodyTimeout, stallTimeout };
    for (const [name, limit] of Object.entries(limits)) {
      checkInteger(name, limit, { min: 1 });
    }
    this.apiRoute = apiRoute;
    this.handler = this.handler.bind(this);
    this.#service = new HostService(this, {
      apiRoute,
      token,
      hostNames: hostNames("allowedHosts", allowedHosts),
      ...limits,
    });
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
   * Answers a request to the service. Where it may come from is checked as by
   * {@linkcode serve}: see `allowedHosts`. It may be called without the buffer,
   * as a function of its own.
   *
   * @param request Any request that the server got.
   * @param options When to end live streams, and names of the host.
   * @returns The reply, or `null` if the request's path is not the service's.
   */
  async handler(
    request: Request,
    options: LineHostHandlerOptions = {},
  ): Promise<Response | null> {
    const { signal, allowedHosts = [] } = options;
    checkSignal("signal", signal);
    const names = hostNames("allowedHosts", allowedHosts);
    return await this.#service.answer(request, signal, names);
  }

  /**
   * Serves the buffer, and nothing else, at a port.
   *
   * @param options Those of `Deno.serve`, and accepted names of the host. The
   * server listens on `127.0.0.1` unless `hostname` is another address.
   * @returns The server.
   */
  serve(options: LineHostServeOptions = {}): LineHostServer {
    return serveHandler(
      options,
      (request, signal, allowedHosts) =>
        this.handler(request, { signal, allowedHosts }),
    );
  }
}
