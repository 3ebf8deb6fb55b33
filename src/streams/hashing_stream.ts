import { createHash, type Hash } from "node:crypto";
import { CallPlace, inspect, refused } from "../internal/mod.ts";
import { tee } from "./tee/mod.ts";

/**
 * Passes bytes through unchanged and hashes them on the way.
 *
 * Its `readable` is a byte stream with chunks as they were written, up to 1 MiB.
 *
 * Import it from `@sluice/sluice/streams`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * After `encore.storage.utils.hashing_file`.
 *
 * @example Hash a file while it is copied
 * ```ts
 * import { HashingStream } from "@sluice/sluice/streams";
 *
 * const source = await Deno.open("recording.wav");
 * const hashing = new HashingStream("sha256");
 * await Deno.writeFile("copy.wav", source.readable.pipeThrough(hashing));
 * console.log((await hashing.digest).toHex(), hashing.length);
 * ```
 */
export class HashingStream implements TransformStream<Uint8Array, Uint8Array> {
  /** Takes the bytes to hash. */
  readonly writable: WritableStream<Uint8Array>;
  /** Gives the same bytes, as a byte stream. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Resolves to the hash of all bytes when `writable` is closed. Rejects with
   * the reason when `writable` is aborted or `readable` is cancelled before, and
   * with a `TypeError` when a chunk is not a `Uint8Array`.
   */
  readonly digest: Promise<Uint8Array<ArrayBuffer>>;
  #length = 0;

  /**
   * Makes a stream for one source.
   *
   * @param algorithm One that `node:crypto` offers, for instance `"sha256"`,
   * `"sha3-512"`, `"blake2b512"` or `"md5"`; the names of
   * Web Crypto, such as `"SHA-256"`, work too.
   * @throws {TypeError} When there is no such algorithm.
   */
  constructor(algorithm: string) {
    const hash = hashFor(algorithm);
    const place = new CallPlace();
    const { promise, resolve, reject } = Promise.withResolvers<
      Uint8Array<ArrayBuffer>
    >();
    // Not every user who stops early asks for the digest.
    promise.catch(() => {});
    this.digest = promise;
    const bytes = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        if (!(chunk instanceof Uint8Array)) {
          const error = place.traced(notBytes(chunk));
          reject(error);
          throw error;
        }
        hash.update(chunk);
        this.#length += chunk.length;
        controller.enqueue(chunk);
      },
      flush: () => resolve(new Uint8Array(hash.digest())),
      cancel: (reason) => reject(reason ?? this.#cancelled()),
    });
    this.writable = bytes.writable;
    [this.readable] = tee(bytes.readable, 1);
  }

  /** Number of bytes hashed so far. */
  get length(): number {
    return this.#length;
  }

  #cancelled(): DOMException {
    return new DOMException(
      `Cannot finish the digest: the stream was cancelled after ${this.#length} bytes`,
      "AbortError",
    );
  }
}

function notBytes(chunk: unknown): TypeError {
  const found = inspect(chunk);
  return new TypeError(
    `Cannot hash a chunk: expected a Uint8Array, found ${found}`,
  );
}

function hashFor(algorithm: string): Hash {
  try {
    return createHash(String(algorithm).replace(/^sha-(?=\d)/i, "sha"));
  } catch (cause) {
    const expected = 'the name of a hash such as "sha256"';
    throw refused("algorithm", expected, algorithm, { cause });
  }
}
