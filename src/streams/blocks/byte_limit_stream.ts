import { checkInteger, checkOneOf } from "../../internal/mod.ts";

/** Options for {@linkcode ByteLimitStream}. */
export interface ByteLimitStreamOptions {
  /**
   * With `"error"` the stream fails with a `RangeError` as soon as there are more
   * bytes; with `"end"` it ends after the last one that fits, wherever chunks are
   * cut.
   *
   * @default {"error"}
   */
  excess?: "error" | "end";
}

/**
 * Passes bytes through, up to a limit.
 *
 * @example Refuse a body of more than 1 MiB
 * ```ts
 * import { ByteLimitStream } from "@sluice/sluice/streams";
 *
 * Deno.serve(async (request) => {
 *   const body = request.body?.pipeThrough(new ByteLimitStream(1_048_576));
 *   try {
 *     return new Response(await new Response(body).text());
 *   } catch (error) {
 *     if (!(error instanceof RangeError)) throw error;
 *     return new Response("Too large", { status: 413 });
 *   }
 * });
 * ```
 */
export class ByteLimitStream extends TransformStream<Uint8Array, Uint8Array> {
  /**
   * Makes a stream for one source.
   *
   * @param maxBytes Most bytes let through.
   * @param options What happens when there are more.
   * @throws {TypeError} When `maxBytes` is not a number or `excess` not one of
   * its values.
   * @throws {RangeError} When `maxBytes` is not a non-negative integer.
   */
  constructor(maxBytes: number, options: ByteLimitStreamOptions = {}) {
    const { excess = "error" } = options;
    checkInteger("maxBytes", maxBytes, { min: 0, orInfinity: true });
    checkOneOf("excess", excess, ["error", "end"]);
    let left = maxBytes;
    super({
      start(controller) {
        if (excess === "end" && left === 0) controller.terminate();
      },
      transform(chunk, controller) {
        if (chunk.length > left && excess === "error") {
          throw new RangeError(
            `Cannot read on: expected at most ${maxBytes} bytes, found more`,
          );
        }
        const part = chunk.subarray(0, left);
        left -= part.length;
        controller.enqueue(part);
        if (left === 0 && excess === "end") controller.terminate();
      },
    });
  }
}
