import type { BaseEvent, EventClass } from "./base_event.ts";
import { EventError } from "./event_error.ts";
import type { EventFilter } from "./event_filter.ts";
import type { EventManager } from "./event_manager.ts";

/** Options for {@linkcode EventManager.events}. */
export interface EventStreamOptions {
  /** See {@linkcode ConnectOptions.filter}. */
  filter?: EventFilter;
  /** Ends the stream with the signal's reason as its error. */
  signal?: AbortSignal;
  /**
   * Most events that may wait for the reader. One more and the stream fails
   * with the {@linkcode EventError} `READER_TOO_SLOW`, for an emitter cannot
   * wait and a lost event must not go unnoticed.
   *
   * @default {1024}
   */
  limit?: number;
}

/** What {@linkcode EventManager.events} returns. */
export function eventStream<E extends BaseEvent>(
  manager: EventManager,
  cls: EventClass<E>,
  options: EventStreamOptions,
): ReadableStream<E> {
  const { filter, signal, limit = 1024 } = options;
  if (!Number.isSafeInteger(limit) || limit <= 0) {
    throw new RangeError(
      `limit must be a positive integer, found ${Deno.inspect(limit)}`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `signal must be an AbortSignal, found ${Deno.inspect(signal)}`,
    );
  }
  let close = () => {};
  return new ReadableStream<E>({
    start: (controller) => {
      const listener = (event: E) => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(event);
        else fail(tooSlow(cls, limit));
      };
      const abort = () => fail(signal?.reason);
      const fail = (reason: unknown) => {
        close();
        controller.error(reason);
      };
      close = () => {
        signal?.removeEventListener("abort", abort);
        manager.disconnect(cls, listener);
      };
      manager.connect(cls, listener, { filter });
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
    },
    cancel: () => close(),
  }, { highWaterMark: limit });
}

function tooSlow(cls: EventClass, limit: number): EventError {
  return new EventError(
    "READER_TOO_SLOW",
    `More than ${limit} events of "${cls.name}" wait for the reader of their stream: read faster, filter, or raise "limit"`,
  );
}
