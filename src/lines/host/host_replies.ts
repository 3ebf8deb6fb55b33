import { pacedStream } from "../../streams/mod.ts";
import { LinesError } from "../buffer/mod.ts";
import { CLOSED_HEADER, Refusal } from "../protocol/mod.ts";

/** Replies up to this size go out in one write, and cost next to nothing. */
const MOST_BYTES_AT_ONCE = 64 * 1024;

/** The body of a reply to a request that asks for no data. */
export const SUCCESS: string = JSON.stringify({ message: "success" });

/** Makes the replies of a host. */
export class HostReplies {
  readonly #stallTimeout: number;
  readonly #mirrorsStopped: () => boolean;

  /**
   * @param stallTimeout A client that takes nothing of a large reply for so
   * many milliseconds is dropped, so that it does not keep the reply in memory.
   * @param mirrorsStopped Whether the host asks its mirrors to stop, which each
   * reply says.
   */
  constructor(stallTimeout: number, mirrorsStopped: () => boolean) {
    this.#stallTimeout = stallTimeout;
    this.#mirrorsStopped = mirrorsStopped;
  }

  /** A reply with a body of JSON. */
  reply(
    status: number,
    json: string,
    headers: Readonly<Record<string, string>> = {},
  ): Response {
    return new Response(this.#body(json), {
      status,
      headers: {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        [CLOSED_HEADER]: String(this.#mirrorsStopped()),
        ...headers,
      },
    });
  }

  /** The reply to a request that failed. */
  refuse(error: unknown): Response {
    const { status, message, headers } = refusalOf(error);
    return this.reply(status, JSON.stringify({ message }), headers);
  }

  #body(
    json: string,
  ): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> {
    const bytes = new TextEncoder().encode(json);
    return bytes.length <= MOST_BYTES_AT_ONCE
      ? bytes
      : pacedStream(bytes, { stallTimeout: this.#stallTimeout });
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const isClosed = error instanceof LinesError && error.code === "CLOSED";
  return isClosed
    ? new Refusal(410, "The buffer is closed")
    : new Refusal(500, String(error));
}
