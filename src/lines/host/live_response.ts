import { pacedStream } from "../../streams/mod.ts";
import type { LineEvent } from "../buffer/mod.ts";
import { EventStreamEncoder, LineEventEncoder } from "../protocol/mod.ts";
import { withHeartbeats } from "./heartbeats.ts";

/** Silence after which a heartbeat is sent, in milliseconds. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** Most bytes handed to the connection at once: about a batch of events. */
const PIECE_BYTES = 32 * 1024;

/** Options for {@linkcode liveResponse}. */
export interface LiveResponseOptions {
  /** Names the buffer in the identifiers of events. */
  readonly buffer: string;
  /** A reader that takes nothing for so long is dropped, in milliseconds. */
  readonly stallTimeout: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once when the stream has ended, however it did. */
  onEnd(): void;
}

/**
 * A response that sends the events of a buffer as server-sent events. A reader
 * that stalls costs one batch of events in each stage, and is dropped after
 * `stallTimeout`.
 */
export function liveResponse(
  events: ReadableStream<LineEvent[]>,
  { buffer, stallTimeout, signal, onEnd }: LiveResponseOptions,
): Response {
  const texts = events
    .pipeThrough(new LineEventEncoder(buffer))
    .pipeThrough(new EventStreamEncoder());
  const interval = HEARTBEAT_MILLISECONDS;
  const bytes = withHeartbeats(texts, { interval, signal, onEnd })
    .pipeThrough(new TextEncoderStream());
  const body = pacedStream(bytes, { stallTimeout, pieceBytes: PIECE_BYTES });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
