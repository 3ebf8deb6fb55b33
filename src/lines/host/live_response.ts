import { EVENT_STREAM_HEADERS } from "../../internal/mod.ts";
import { pacedStream, withHeartbeats } from "../../streams/mod.ts";
import { charsOf, type LineEvent } from "../buffer/mod.ts";
import { eventPieces } from "../protocol/mod.ts";
import type { ReaderShare } from "./reader_budget.ts";
import { sentBatches } from "./sent_batches.ts";

/** Silence after which a heartbeat is sent, in milliseconds. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** Most bytes handed to the connection at once: about a batch of events. */
const PIECE_BYTES = 16 * 1024;

const LIVE_HEADERS = {
  ...EVENT_STREAM_HEADERS,
  "content-type": "text/event-stream; charset=utf-8",
  "x-content-type-options": "nosniff",
} as const;

/** Options for {@linkcode liveResponse}. */
export interface LiveResponseOptions {
  /** Names the buffer in the identifiers of events. */
  readonly buffer: string;
  /** A reader that takes nothing for so long is dropped, in milliseconds. */
  readonly stallTimeout: number;
  /** What the reader may keep in memory. */
  readonly share: ReaderShare;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once when the stream has ended, however it did. */
  onEnd(): void;
}

/**
 * A response that sends the events of a buffer as server-sent events. A reader
 * that stalls costs one batch of events, and is dropped after `stallTimeout` or
 * when all readers together keep too much.
 */
export function liveResponse(
  events: ReadableStream<LineEvent[]>,
  { buffer, stallTimeout, share, signal, onEnd }: LiveResponseOptions,
): Response {
  const encode = (batch: readonly LineEvent[]) => eventPieces(batch, buffer);
  const texts = sentBatches(events, { encode, chars: charsIn }, share);
  const interval = HEARTBEAT_MILLISECONDS;
  const bytes = withHeartbeats(texts, { interval, signal, onEnd })
    .pipeThrough(new TextEncoderStream());
  const body = pacedStream(bytes, {
    stallTimeout,
    pieceBytes: PIECE_BYTES,
    signal: share.dropped,
  });
  return new Response(body, { headers: LIVE_HEADERS });
}

/** The head of such a response alone, for a client that asks for no more. */
export function liveHead(): Response {
  return new Response(null, { headers: LIVE_HEADERS });
}

function charsIn(events: readonly LineEvent[]): number {
  let chars = 0;
  for (const event of events) {
    if (event.kind === "item") chars += charsOf(event.item);
    if (event.kind === "last") {
      for (const line of event.lines) chars += line.length;
    }
  }
  return chars;
}
