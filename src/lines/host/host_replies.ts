import { denoErrors } from "../../internal/mod.ts";
import { delay } from "@std/async";
import { pacedStream } from "../../streams/mod.ts";
import { charsOf, type LineItem, LinesError } from "../buffer/mod.ts";
import { CLOSED_HEADER, itemPieces, Refusal } from "../protocol/mod.ts";
import type { ReaderShare } from "./reader_budget.ts";
import { type BatchEncoding, sentBatches } from "./sent_batches.ts";

/** Replies up to this size go out in one write, and cost next to nothing. */
const MOST_BYTES_AT_ONCE = 64 * 1024;

/** The time for a refusal to go out before its connection ends. */
const CUT_MILLISECONDS = 50;

/** Most bytes of a larger reply that are handed to the connection at once. */
const PIECE_BYTES = 16 * 1024;

const ITEMS: BatchEncoding<LineItem> = {
  encode: itemPieces,
  chars: charsIn,
  head: '{"message":"success","data":[',
  separator: ",",
  tail: "]}",
};

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
    return this.#response(status, new TextEncoder().encode(json), headers);
  }

  /**
   * A reply with items. A large one is made while the client takes it, and one
   * that the client does not take in time is given up.
   */
  async items(
    batches: ReadableStream<LineItem[]>,
    share: ReaderShare,
  ): Promise<Response> {
    const reader = sentBatches(batches, ITEMS, share).getReader();
    let text = "";
    let isAll = false;
    while (!isAll && text.length <= MOST_BYTES_AT_ONCE) {
      const { done, value = "" } = await reader.read();
      text += value;
      isAll = done;
    }
    const bytes = new TextEncoder().encode(text);
    text = "";
    if (isAll && bytes.length <= MOST_BYTES_AT_ONCE) {
      return this.#response(200, bytes);
    }
    const body = pacedStream(followedBy(bytes, reader), {
      stallTimeout: this.#stallTimeout,
      pieceBytes: PIECE_BYTES,
      signal: share.dropped,
    });
    return this.#response(200, body);
  }

  /** The reply to a request that failed. */
  refuse(error: unknown): Response {
    const { status, message, headers } = refusalOf(error);
    const json = JSON.stringify({ message });
    return "connection" in headers
      ? this.#response(status, cutAfter(json), headers)
      : this.reply(status, json, headers);
  }

  #response(
    status: number,
    body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>,
    headers: Readonly<Record<string, string>> = {},
  ): Response {
    return new Response(body, {
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
}

/** The number of characters that items count. */
export function charsIn(items: readonly LineItem[]): number {
  return items.reduce((sum, item) => sum + charsOf(item), 0);
}

/**
 * The bytes of a text, and then a failure that ends the connection. Otherwise it
 * would wait for the rest of a body that nobody reads, and keep in memory what
 * has come of it.
 */
function cutAfter(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isSent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!isSent) controller.enqueue(new TextEncoder().encode(text));
      // The text goes out before the end.
      else await delay(CUT_MILLISECONDS);
      if (isSent) controller.error(new denoErrors.ConnectionAborted(text));
      isSent = true;
    },
  }, { highWaterMark: 0 });
}

/** The bytes of a stream of text whose first part was read already. */
function followedBy(
  first: Uint8Array<ArrayBuffer>,
  rest: ReadableStreamDefaultReader<string>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(first),
    async pull(controller) {
      const { done, value } = await rest.read();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: (reason) => rest.cancel(reason),
  }, { highWaterMark: 0 });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const isClosed = error instanceof LinesError && error.code === "CLOSED";
  return isClosed
    ? new Refusal(410, "The buffer is closed")
    : new Refusal(500, String(error));
}
