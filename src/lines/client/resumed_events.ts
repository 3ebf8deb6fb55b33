import { delay } from "@std/async";
import { denoErrors, StallTimer } from "../../internal/mod.ts";
import { LinesError } from "../buffer/mod.ts";
import { EventStreamDecoder, type ServerSentEvent } from "../protocol/mod.ts";

/** Pause before a stream that was cut is opened again, in milliseconds. */
const RECONNECT_MILLISECONDS = 200;

/** A host shows much more often that it is alive, in milliseconds. */
const SILENCE_MILLISECONDS = 60_000;

/**
 * Opens the event stream of a host after the event with the given identifier,
 * or where it starts when the identifier is empty.
 */
export type OpenEventStream = (
  lastId: string,
  signal: AbortSignal,
) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

/**
 * The server-sent events of a host over as many connections as it takes: one
 * that ends, is cut or falls silent is followed by another, which goes on after
 * the last identifier that was read.
 *
 * @param maxEventChars Most characters of one event.
 * @returns A stream without an end, which fails when the host cannot be reached
 * any more or sends something else.
 */
export function resumedEvents(
  open: OpenEventStream,
  maxEventChars: number,
): ReadableStream<ServerSentEvent[]> {
  return new ReadableStream(new ResumedEvents(open, maxEventChars), {
    highWaterMark: 0,
  });
}

class ResumedEvents implements UnderlyingDefaultSource<ServerSentEvent[]> {
  readonly #open: OpenEventStream;
  readonly #maxEventChars: number;
  readonly #stopped = new AbortController();
  #connection: ReadableStreamDefaultReader<ServerSentEvent[]> | undefined;
  #lastId = "";

  constructor(open: OpenEventStream, maxEventChars: number) {
    this.#open = open;
    this.#maxEventChars = maxEventChars;
  }

  async pull(
    controller: ReadableStreamDefaultController<ServerSentEvent[]>,
  ): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      this.#connection ??= await this.#connect(signal);
      const { done, value } = await this.#connection.read()
        .catch((cause) => {
          throw unreadable(cause, this.#maxEventChars);
        });
      if (!done) {
        this.#lastId = value.findLast(({ id }) => id)?.id ?? this.#lastId;
        return controller.enqueue(value);
      }
      this.#connection = undefined;
      await delay(RECONNECT_MILLISECONDS, { signal });
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#stopped.abort(reason);
    await this.#connection?.cancel(reason);
  }

  async #connect(
    signal: AbortSignal,
  ): Promise<ReadableStreamDefaultReader<ServerSentEvent[]>> {
    const bytes = await this.#open(this.#lastId, signal);
    return untilCut(bytes, SILENCE_MILLISECONDS)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventStreamDecoder(this.#maxEventChars))
      .getReader();
  }
}

/**
 * The bytes of a connection, which end where it ends, is cut or falls silent
 * for so many milliseconds. A failure would discard what has come before it.
 */
export function untilCut(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  silence: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = bytes.getReader();
  const cancel = (reason?: unknown) => reader.cancel(reason).catch(() => {});
  const silent = new StallTimer(silence, cancel);
  return new ReadableStream({
    async pull(controller) {
      silent.restart();
      const chunk = await reader.read().catch(() => undefined);
      silent.stop();
      if (chunk === undefined || chunk.done) return controller.close();
      controller.enqueue(chunk.value);
    },
    async cancel(reason) {
      silent.stop();
      await cancel(reason);
    },
  }, { highWaterMark: 0 });
}

function unreadable(cause: unknown, maxEventChars: number): LinesError {
  const why = cause instanceof denoErrors.InvalidData
    ? `expected events of at most ${maxEventChars} characters, found a longer ` +
      'one, raise "maxReplyBytes"'
    : "expected server-sent events, found something else";
  return new LinesError(
    "REJECTED",
    `Cannot read the live stream: ${why}`,
    { cause },
  );
}
