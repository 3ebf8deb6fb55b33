import { EVENT_STREAM_HEARTBEAT } from "../protocol/mod.ts";

/** How often a silent connection is shown to be alive, in milliseconds. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** Options for {@linkcode liveResponse}. */
export interface LiveResponseOptions {
  /** A reader that takes nothing for so long is dropped, in milliseconds. */
  readonly stallTimeout: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once when the stream has ended, however it did. */
  onEnd(): void;
}

/**
 * A response that sends the texts as they come. A reader that stops reading
 * costs one chunk of memory, and its connection only until `stallTimeout`.
 */
export function liveResponse(
  texts: ReadableStream<string>,
  options: LiveResponseOptions,
): Response {
  const { stallTimeout, signal, onEnd } = options;
  const reader = texts.getReader();
  const encoder = new TextEncoder();
  let pending: Promise<ReadableStreamReadResult<string>> | undefined;
  let stall: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  const end = () => {
    if (ended) return;
    ended = true;
    clearTimeout(stall);
    signal.removeEventListener("abort", end);
    pending = undefined;
    reader.cancel().catch(() => {});
    onEnd();
  };

  const body = new ReadableStream<Uint8Array>({
    start() {
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    },
    async pull(controller) {
      clearTimeout(stall);
      pending ??= reader.read();
      const result = await orHeartbeat(pending);
      if (result === undefined) {
        controller.enqueue(encoder.encode(EVENT_STREAM_HEARTBEAT));
      } else if (result.done) {
        end();
        return controller.close();
      } else {
        pending = undefined;
        controller.enqueue(encoder.encode(result.value));
      }
      stall = setTimeout(() => {
        end();
        controller.error(
          new Error(`A live reader took nothing for ${stallTimeout} ms`),
        );
      }, stallTimeout);
    },
    cancel: end,
  }, { highWaterMark: 0 });

  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

/** What was read, or nothing when it takes too long. */
async function orHeartbeat<T>(read: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), HEARTBEAT_MILLISECONDS);
  try {
    return await Promise.race([read, promise]);
  } finally {
    clearTimeout(timer);
  }
}
