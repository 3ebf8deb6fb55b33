import { denoErrors } from "../../internal/mod.ts";

/**
 * The answers that buffers and mirrors of syncstream give to questions which
 * programs ask of text files. Its methods `readable()` and `writable()` are
 * `isReadable()` and `isWritable()` here, where those names mean Web Streams.
 *
 * @example Code for any buffer or mirror
 * ```ts
 * import { LineBuffer, type LineIO } from "@sluice/sluice/lines";
 *
 * function stateOf(io: LineIO): string {
 *   return io.closed ? "closed" : "open";
 * }
 *
 * console.log(stateOf(new LineBuffer())); // open
 * ```
 */
export abstract class LineIO {
  /** Whether it is closed. */
  abstract get closed(): boolean;

  /** Whether it can be read: until it is closed. */
  isReadable(): boolean {
    return !this.closed;
  }

  /** Whether it can be written: until it is closed. */
  isWritable(): boolean {
    return !this.closed;
  }

  /** It is no terminal. */
  isatty(): false {
    return false;
  }

  /** It has no positions to go to. */
  seekable(): false {
    return false;
  }

  /**
   * It has no positions to go to.
   *
   * @throws {Deno.errors.NotSupported} Always.
   */
  seek(): never {
    throw new denoErrors.NotSupported(
      `A ${this.constructor.name} has no positions to go to`,
    );
  }

  /**
   * It is not one file.
   *
   * @throws {Deno.errors.NotSupported} Always.
   */
  fileno(): never {
    throw new denoErrors.NotSupported(
      `A ${this.constructor.name} has no file descriptor`,
    );
  }
}
