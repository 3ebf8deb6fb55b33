import { checkInteger, checkSignal } from "../internal/mod.ts";
import type { BaseEvent } from "./base_event.ts";
import { EventError } from "./event_error.ts";
import type { EventFilter } from "./event_filter.ts";

/** Options for the streams of an `EventManager`. */
export interface EventStreamOptions {
  /**
   * Dotted attribute paths and the values they must have, as for the listeners
   * of an `EventManager`.
   *
   * @default {no condition}
   */
  filter?: EventFilter;
  /**
   * When it aborts, the stream fails with its reason.
   *
   * @default {undefined}
   */
  signal?: AbortSignal;
  /**
   * Most events that may wait for the reader. One more makes the stream fail
   * with the {@linkcode EventError} `READER_TOO_SLOW`: an emitter cannot wait,
   * and no event may be lost without notice.
   *
   * @default {1024}
   */
  limit?: number;
}

/**
 * Makes a stream of the events that a listener gets.
 *
 * @param name The name of the events, for messages.
 * @param options When the stream ends.
 * @param connect Connects the listener, and returns how to disconnect it.
 */
export function eventStream<E extends BaseEvent>(
  name: string,
  options: EventStreamOptions,
  connect: (listener: (event: E) => void) => () => void,
): ReadableStream<E> {
  const { signal, limit = 1024 } = options;
  checkInteger("limit", limit, { min: 1 });
  checkSignal("signal", signal);
  let close = () => {};
  return new ReadableStream<E>({
    start: (controller) => {
      const fail = (reason: unknown) => {
        close();
        controller.error(reason);
      };
      const abort = () => fail(signal?.reason);
      const disconnect = connect((event) => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(event);
        else fail(tooSlow(name, limit));
      });
      close = () => {
        signal?.removeEventListener("abort", abort);
        disconnect();
      };
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
    },
    cancel: () => close(),
  }, { highWaterMark: limit });
}

function tooSlow(name: string, limit: number): EventError {
  return new EventError(
    "READER_TOO_SLOW",
    `Cannot queue more than ${limit} events of "${name}" for the reader of their stream: read faster, filter, or raise "limit"`,
  );
}
