import { HostClient, type HostClientOptions } from "./host_client.ts";
import {
  LineMirror,
  type LineMirrorOptions,
  type MirrorTransport,
} from "../mirror/mod.ts";
import { LinesError, StopIteration } from "../buffer/mod.ts";
import {
  CLOSED_HEADER,
  encodePost,
  MIRROR_HEADER,
  type MirrorPost,
  POST_HEADER,
} from "../protocol/mod.ts";

/** Options for {@linkcode LineHostMirror}. */
export interface LineHostMirrorOptions
  extends LineMirrorOptions, HostClientOptions {}

/**
 * Writes to a {@linkcode LineHostBuffer}, or to one of syncstream, over HTTP.
 *
 * Texts that are written while a post is under way go together as the next
 * post, so writes need not be awaited one by one. A post that fails is tried
 * again within the timeout, up to five times if there was no connection and
 * twice otherwise; posts are numbered, so that the host stores each one once.
 *
 * Import it from `@sluice/sluice/lines`; `@sluice/sluice` has it too, and loads
 * all modules.
 *
 * @example Send what a function prints
 * ```ts
 * import { LineHostMirror } from "@sluice/sluice/lines";
 *
 * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * await mirror.run(async () => {
 *   console.log("seen at the host");
 * });
 * ```
 *
 * @example Send a stream of text
 * ```ts
 * import { LineHostMirror } from "@sluice/sluice/lines";
 *
 * const mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * await Deno.stdin.readable
 *   .pipeThrough(new TextDecoderStream())
 *   .pipeTo(mirror.writable);
 * ```
 */
export class LineHostMirror extends LineMirror {
  /** Base URL of the service, without user and password. */
  readonly address: string;
  readonly #client: HostClient;

  /**
   * Connects to nothing yet.
   *
   * @param address Base URL of the service, for instance
   * `http://localhost:5000/sync-stream`.
   * @param options When to send, and how long to try.
   * @throws {TypeError} If the address is not an HTTP URL, or an option is of
   * the wrong type.
   * @throws {RangeError} If the timeout is not a positive integer.
   */
  constructor(address: string, options: LineHostMirrorOptions = {}) {
    const client = new HostClient(address, options);
    super(new HostTransport(client), options);
    this.address = client.address;
    this.#client = client;
  }

  /** The headers of posts. */
  get headers(): Record<string, string> {
    return this.#client.headers;
  }

  /** The headers of requests without a body. */
  get headersGet(): Record<string, string> {
    return { ...this.#client.headersGet };
  }
}

/** Brings posts to a host. */
class HostTransport implements MirrorTransport {
  readonly #client: HostClient;
  readonly #mirror: string = crypto.randomUUID();
  #number = 0;
  /** The last reply said that the host takes posts, so it need not be asked. */
  #isKnownOpen = false;

  constructor(client: HostClient) {
    this.#client = client;
  }

  async deliver(post: MirrorPost): Promise<void> {
    if (!this.#isKnownOpen) await this.checkStates();
    this.#isKnownOpen = false;
    const headers = {
      [MIRROR_HEADER]: this.#mirror,
      [POST_HEADER]: String(++this.#number),
    };
    const body = encodePost(post);
    try {
      const reply = await this.#client.request({
        method: "POST",
        body,
        headers,
      });
      this.#isKnownOpen = reply.headers.get(CLOSED_HEADER) === "false";
    } catch (error) {
      const isStopped = error instanceof LinesError && error.status === 409;
      throw isStopped ? new StopIteration() : error;
    }
  }

  async checkStates(signal?: AbortSignal): Promise<void> {
    const { data } = await this.#client.request({
      method: "GET",
      path: "-state?state=closed",
      signal,
    });
    if (data === true) throw new StopIteration();
  }

  close(reason?: unknown): void {
    this.#client.close(reason);
  }
}
