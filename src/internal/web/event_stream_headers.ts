/**
 * The headers of a stream of server-sent events, so that proxies send each
 * piece on as it comes: nginx and its kin buffer a response unless it says that
 * they must not, and others, Deno's own server among them, would collect pieces
 * to compress them.
 */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
} as const;
