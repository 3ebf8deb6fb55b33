import { checkInteger, StallTimer } from "../../internal/mod.ts";
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
  const { pieceBytes = 65_536, stallTimeout } = options;
  checkInteger("pieceBytes", pieceBytes, { min: 1 });
  checkInteger("stallTimeout", stallTimeout, { min: 1, orInfinity: true });
  return new ReadableStream(
    new PacedSource(openSource(source), pieceBytes, stallTimeout),
  );
}

class PacedSource implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #puller: BytePuller;
  readonly #piece: Uint8Array<ArrayBuffer>;
  readonly #stallTimeout: number;
  #stall: StallTimer | undefined;

  constructor(puller: BytePuller, pieceBytes: number, stallTimeout: number) {
    this.#puller = puller;
    this.#piece = new Uint8Array(pieceBytes);
    this.#stallTimeout = stallTimeout;
  }

  start(controller: ReadableByteStreamController): void {
    this.#stall = new StallTimer(this.#stallTimeout, () => {
      const error = new Deno.errors.TimedOut(
        `Cannot send to the reader: it took nothing for ${this.#stallTimeout} ms`,
      );
      controller.error(error);
      this.#puller.cancel(error).catch(() => {});
    });
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    this.#stall?.stop();
    const count = await this.#puller.pull(this.#piece);
    if (count === 0) {
      controller.close();
      controller.byobRequest?.respond(0);
      return;
    }
    // The stream takes the buffer of each chunk away.
    controller.enqueue(this.#piece.slice(0, count));
    this.#stall?.restart();
  }

  async cancel(reason: unknown): Promise<void> {
    this.#stall?.stop();
    await this.#puller.cancel(reason);
  }
}
