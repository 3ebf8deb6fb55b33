/** What an {@linkcode EventError} is about. */
export type EventErrorCode =
  /** The listener to disconnect was not connected. */
  | "NOT_CONNECTED"
  /** An operation reported a step or its end before its start. */
  | "NOT_STARTED"
  /** The reader of an event stream fell too far behind. */
  | "READER_TOO_SLOW";

/**
 * An event or a progress report that cannot be what it was asked to be.
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
  /** The class's name, for messages. */
  override readonly name = "EventError";
  /** Which of the possible errors this is. */
  readonly code: EventErrorCode;

  /**
   * Makes an error.
   *
   * @param code Which of the possible errors this is.
   * @param message What was expected, what was found and what to do.
   */
  constructor(code: EventErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
