import { checkInteger } from "../../internal/mod.ts";
import { BUFFER_SIZE } from "../buffers/mod.ts";
import { type ByteSource, openSource } from "../sources/mod.ts";
import { TeeTrunk } from "./tee_trunk.ts";

/** Options for {@linkcode tee}. */
export interface TeeOptions {
  /**
   * Most bytes in a chunk for a reader without a buffer of its own.
   *
   * @default {1_048_576}
   */
  bufferSize?: number;
  /**
   * Most bytes by which one branch may lead another, and so the most that are
   * held in memory for the slowest. A branch that leads by so much waits until
   * the slowest reads on or is cancelled. With 0 all branches stay at the same
   * position; with `Infinity` one branch can be read to its end before another
   * is begun.
   *
   * @default {16_777_216}
   */
  maxLag?: number;
}

/**
 * Splits any source of bytes into `n` byte streams, each of which gets every
 * byte once.
 *
 * Unlike `ReadableStream.tee()`, which follows its fastest branch and holds
 * the rest without limit, the fastest branch waits for the slowest once it
 * leads by `maxLag` bytes: read all branches at the same time, or cancel those
 * you do not want. Chunks are as large as the source gives them, up to
 * `bufferSize`; pass a branch to `bufferIterator` for equal ones.
 *
 * A branch that is cancelled no longer counts. When the last one is cancelled,
 * the source is cancelled with an array of all their reasons (with the reason
 * itself when `n` is 1). An error of the source reaches every branch, after the
 * bytes that came before it.
 *
 * Import it from `@sluice/sluice/streams`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * After `encore.storage.utils.tee`.
 *
 * @param source The bytes.
 * @param n The number of streams.
 * @param options The size of chunks, and how far streams may drift apart.
 * @returns `n` byte streams.
 * @throws {TypeError} When `source` is nothing to read bytes from, is locked or
 * already used.
 * @throws {RangeError} When `n` or `bufferSize` is not a positive integer, or
 * `maxLag` not a non-negative integer or `Infinity`.
 *
 * @example Save a download and hash it on the way
 * ```ts
 * import { HashingStream, tee } from "@sluice/sluice/streams";
 *
 * const response = await fetch("https://example.com/measurements.bin");
 * const [toDisk, toHash] = tee(response);
 * const hashing = new HashingStream("sha256");
 * await Promise.all([
 *   Deno.writeFile("measurements.bin", toDisk),
 *   toHash.pipeThrough(hashing).pipeTo(new WritableStream()),
 * ]);
 * console.log((await hashing.digest).toHex());
 * ```
 */
export function tee(
  source: ByteSource,
  n = 2,
  options: TeeOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>>[] {
  const { bufferSize = BUFFER_SIZE, maxLag = 16_777_216 } = options;
  checkInteger("n", n, { min: 1 });
  checkInteger("bufferSize", bufferSize, { min: 1 });
  checkInteger("maxLag", maxLag, { min: 0, orInfinity: true });
  const trunk = new TeeTrunk(openSource(source), n, { bufferSize, maxLag });
  return trunk.branches.map((branch) => new ReadableStream(branch));
}
