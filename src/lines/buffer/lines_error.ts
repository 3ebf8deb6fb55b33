import type { LineItem } from "./grouped_message.ts";

/**
 * The kind of a failure:
 *
 * - `"CLOSED"`: a closed buffer, mirror or reader was used.
 * - `"REJECTED"`: the host answered with an error.
 * - `"UNREACHABLE"`: no answer came in spite of all retries.
 * - `"TIMEOUT"`: no answer came in time.
 * - `"STOPPED"`: the buffer asks its mirrors to stop.
 * - `"LOST"`: the buffer on the other side is closed.
 * - `"LAGGED"`: the reader took its items so slowly that it was dropped.
 */
export type LinesErrorCode =
  | "CLOSED"
  | "REJECTED"
  | "UNREACHABLE"
  | "TIMEOUT"
  | "STOPPED"
  | "LOST"
  | "LAGGED";

/** Details of a {@linkcode LinesError}. */
export interface LinesErrorOptions extends ErrorOptions {
  /** Status of the HTTP reply, when there was one. */
  status?: number;
  /** See {@linkcode LinesError.undelivered}. */
  undelivered?: readonly LineItem[];
}

/**
 * A failure of a line buffer, a mirror or a reader that is not the caller's
 * mistake.
 *
 * @example Keep what could not be delivered
 * ```ts
 * import { LineHostMirror, LinesError } from "@sluice/sluice/lines";
 *
 * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * try {
 *   await mirror.write("a line\n");
 * } catch (error) {
 *   if (!(error instanceof LinesError)) throw error;
 *   console.error(error.code, error.undelivered);
 * }
 * ```
 */
export class LinesError extends Error {
  /** Name of the class. */
  override readonly name: string = "LinesError";
  /** The kind of the failure. */
  readonly code: LinesErrorCode;
  /** Status of the HTTP reply, when there was one. */
  readonly status: number | undefined;
  /**
   * The texts, each of one or more lines, and messages that a mirror took and
   * its buffer never confirmed, in order. Empty for other failures.
   */
  readonly undelivered: readonly LineItem[];

  /**
   * Builds the error.
   *
   * @param code The kind of the failure.
   * @param message What happened and what to do.
   * @param options Cause, status, undelivered items.
   */
  constructor(
    code: LinesErrorCode,
    message: string,
    options: LinesErrorOptions = {},
  ) {
    const { status, undelivered = [], cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.undelivered = undelivered;
  }
}

/**
 * The buffer asks all its mirrors to stop: the program that writes should end.
 * Named after the exception that syncstream raises in the same place.
 *
 * @example Ending a loop when the host says so
 * ```ts
 * import { LineHostMirror, StopIteration } from "@sluice/sluice/lines";
 *
 * await using mirror = new LineHostMirror("http://localhost:5000/sync-stream");
 * try {
 *   for (let step = 0;; step++) await mirror.write(`step ${step}\n`);
 * } catch (error) {
 *   if (!(error instanceof StopIteration)) throw error;
 * }
 * ```
 */
export class StopIteration extends LinesError {
  /** Name of the class. */
  override readonly name: string = "StopIteration";

  /**
   * Builds the error.
   *
   * @param options Undelivered items.
   */
  constructor(options: LinesErrorOptions = {}) {
    super("STOPPED", "The buffer asks its mirrors to stop", options);
  }
}
