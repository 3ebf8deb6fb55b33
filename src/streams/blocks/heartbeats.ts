import { StallTimer } from "../../internal/mod.ts";

/** A comment of an event stream: it shows that the connection is alive. */
const HEARTBEAT = ":\n\n";

/** Options for {@linkcode withHeartbeats}. */
export interface HeartbeatOptions {
  /** Milliseconds without a text after which a heartbeat is sent. */
  readonly interval: number;
  /** Ends the stream, as the end of the texts would. */
  readonly signal: AbortSignal;
  /** Called once when the stream has ended, however it did. */
  onEnd(): void;
}

/**
 * Passes on the texts of an event stream (`text/event-stream` of the HTML
 * standard) as they come, and heartbeats while no text comes: proxies and
 * readers then know that the connection is alive. Nothing is read ahead of the
 * reader.
 *
 * @example A stream that tells the time once a minute
 * ```ts no-eval
 * import { withHeartbeats } from "@sluice/sluice/streams";
 *
 * const times = new ReadableStream<string>({
 *   async pull(controller) {
 *     await new Promise((resolve) => setTimeout(resolve, 60_000));
 *     controller.enqueue(`data: ${new Date().toISOString()}\n\n`);
 *   },
 * });
 * Deno.serve(({ signal }) =>
 *   new Response(
 *     withHeartbeats(times, { interval: 15_000, signal, onEnd() {} })
 *       .pipeThrough(new TextEncoderStream()),
 *     { headers: { "content-type": "text/event-stream" } },
 *   )
 * );
 * ```
 *
 * @param texts The events, each a text or part of one.
 * @param options The interval, and what ends the stream.
 * @returns The texts and the heartbeats.
 */
export function withHeartbeats(
  texts: ReadableStream<string>,
  options: HeartbeatOptions,
): ReadableStream<string> {
  return new ReadableStream(new HeartbeatSource(texts, options), {
    highWaterMark: 0,
  });
}

class HeartbeatSource implements UnderlyingDefaultSource<string> {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #options: HeartbeatOptions;
  /** The read that a heartbeat did not wait for. */
  #reading: Promise<ReadableStreamReadResult<string>> | undefined;
  #hasEnded = false;

  constructor(texts: ReadableStream<string>, options: HeartbeatOptions) {
    this.#reader = texts.getReader();
    this.#options = options;
  }

  start(): void {
    const { signal } = this.#options;
    signal.addEventListener("abort", this.#stop);
    if (signal.aborted) this.#stop();
  }

  async pull(
    controller: ReadableStreamDefaultController<string>,
  ): Promise<void> {
    this.#reading ??= this.#reader.read();
    try {
      const result = await this.#orHeartbeat(this.#reading);
      if (result === undefined) {
        return controller.enqueue(HEARTBEAT);
      }
      this.#reading = undefined;
      if (!result.done) return controller.enqueue(result.value);
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#end();
    controller.close();
  }

  async cancel(reason: unknown): Promise<void> {
    this.#end();
    await this.#reader.cancel(reason);
  }

  /** A read that waits then comes to the end of the texts. */
  readonly #stop = () => {
    this.#end();
    this.#reader.cancel().catch(() => {});
  };

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.signal.removeEventListener("abort", this.#stop);
    this.#options.onEnd();
  }

  /** The result of the read, or nothing when it takes too long. */
  async #orHeartbeat<T>(reading: Promise<T>): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    using timer = new StallTimer(
      this.#options.interval,
      () => resolve(undefined),
    );
    timer.restart();
    return await Promise.race([reading, promise]);
  }
}
