/** The kinds of {@linkcode EventError}. */
export type EventErrorCode =
  /** The listener to disconnect was not connected. */
  | "NOT_CONNECTED"
  /** A step or the end of an operation was reported before its start. */
  | "NOT_STARTED"
  /** The reader of an event stream fell too far behind. */
  | "READER_TOO_SLOW";

/**
 * A failure of an event manager, a stream of events or a progress report.
 *
 * @example Usage
 * ```ts
 * import { EventError, ProgressManager } from "@sluice/sluice/events";
 *
 * try {
 *   new ProgressManager().step();
 * } catch (error) {
 *   console.log(error instanceof EventError && error.code); // "NOT_STARTED"
 * }
 * ```
 */
export class EventError extends Error {
  /** The name of the class, for messages. */
  override readonly name = "EventError";
  /** The kind of the error. */
  readonly code: EventErrorCode;

  /**
   * Makes an error.
   *
   * @param code The kind of the error.
   * @param message What was expected, what was found and what to do.
   * @param options The error that caused this one.
   */
  constructor(code: EventErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
