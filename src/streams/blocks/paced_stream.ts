import {
  checkInteger,
  checkSignal,
  denoErrors,
  StallTimer,
} from "../../internal/mod.ts";
import {
  type BytePuller,
  type ByteSource,
  openSource,
} from "../sources/mod.ts";

/** Options for {@linkcode pacedStream}. */
export interface PacedStreamOptions {
  /**
   * Most bytes handed over at once.
   *
   * @default {65_536}
   */
  pieceBytes?: number;
  /**
   * Milliseconds after which a reader that takes nothing is dropped;
   * `Infinity` for never.
   */
  stallTimeout: number;
  /** Drops the reader: the stream fails with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Hands bytes over piece by piece, and only when asked to, so that a reader
 * holds up one piece of memory at most. When a reader takes nothing for
 * `stallTimeout` the stream fails and the source is cancelled. Waiting for the
 * source is no stall.
 *
 * @throws {TypeError} When `source` is nothing to read bytes from, is locked or
 * already used.
 * @throws {RangeError} When `pieceBytes` or `stallTimeout` is not a positive
 * integer.
 *
 * @example A response that a client cannot keep in memory by not reading it
 * ```ts
 * import { pacedStream } from "@sluice/sluice/streams";
 *
 * const body = new TextEncoder().encode("a long text");
 * Deno.serve(() => new Response(pacedStream(body, { stallTimeout: 30_000 })));
 * ```
 */
export function pacedStream(
  source: ByteSource,
  options: PacedStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { pieceBytes = 65_536, stallTimeout, signal } = options;
  checkInteger("pieceBytes", pieceBytes, { min: 1 });
  checkInteger("stallTimeout", stallTimeout, { min: 1, orInfinity: true });
  checkSignal("signal", signal);
  return new ReadableStream(
    new PacedSource(openSource(source), pieceBytes, stallTimeout, signal),
  );
}

class PacedSource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #puller: BytePuller;
  readonly #piece: Uint8Array<ArrayBuffer>;
  readonly #stallTimeout: number;
  readonly #signal: AbortSignal | undefined;
  #stall: StallTimer | undefined;
  #controller: ReadableByteStreamController | undefined;

  constructor(
    puller: BytePuller,
    pieceBytes: number,
    stallTimeout: number,
    signal: AbortSignal | undefined,
  ) {
    this.#puller = puller;
    this.#piece = new Uint8Array(pieceBytes);
    this.#stallTimeout = stallTimeout;
    this.#signal = signal;
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller;
    this.#stall = new StallTimer(this.#stallTimeout, () => {
      this.#fail(
        new denoErrors.TimedOut(
          `Cannot send to the reader: it took nothing for ${this.#stallTimeout} ms`,
        ),
      );
    });
    this.#signal?.addEventListener("abort", this.#abort);
    if (this.#signal?.aborted) this.#abort();
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    this.#stall?.stop();
    const count = await this.#puller.pull(this.#piece);
    if (this.#signal?.aborted) return;
    if (count === 0) {
      this.#end();
      controller.close();
      controller.byobRequest?.respond(0);
      return;
    }
    // The stream takes the buffer of each chunk away.
    controller.enqueue(this.#piece.slice(0, count));
    this.#stall?.restart();
  }

  async cancel(reason: unknown): Promise<void> {
    this.#end();
    await this.#puller.cancel(reason);
  }

  readonly #abort = () => this.#fail(this.#signal?.reason);

  #fail(reason: unknown): void {
    this.#end();
    this.#controller?.error(reason);
    this.#puller.cancel(reason).catch(() => {});
  }

  #end(): void {
    this.#stall?.stop();
    this.#signal?.removeEventListener("abort", this.#abort);
  }
}
