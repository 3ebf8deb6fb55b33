import type { LineItem } from "./grouped_message.ts";

/**
 * What went wrong: `"closed"` a closed buffer or mirror was used,
 * `"rejected"` the host answered with an error, `"unreachable"` no answer came
 * in spite of all retries, `"timeout"` none came in time, `"stopped"` the
 * buffer asks its mirrors to stop, `"lost"` the buffer's side is gone.
 */
export type LinesErrorCode =
  | "closed"
  | "rejected"
  | "unreachable"
  | "timeout"
  | "stopped"
  | "lost";

/** What a {@linkcode LinesError} says besides its message. */
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
 * @example What could not be delivered is not lost
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
  /** What went wrong. */
  readonly code: LinesErrorCode;
  /** Status of the HTTP reply, when there was one. */
  readonly status: number | undefined;
  /**
   * What a mirror took and its buffer never confirmed, in order: texts (each
   * maybe of several lines) and messages. Empty for other failures.
   */
  readonly undelivered: readonly LineItem[];

  /**
   * Builds the error.
   *
   * @param message What happened and what to do.
   * @param code What went wrong.
   * @param options Status, undelivered items, cause.
   */
  constructor(
    message: string,
    code: LinesErrorCode,
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
   * @param options What was not delivered.
   */
  constructor(options: LinesErrorOptions = {}) {
    super("The buffer asks its mirrors to stop", "stopped", options);
  }
}
