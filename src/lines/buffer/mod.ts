/**
 * The line buffer of one process, and what every other buffer and mirror shares
 * with it: items, line breaks, unfinished last lines, events and errors.
 *
 * @module
 */
export { asError } from "./as_error.ts";
export {
  charsOf,
  checkMessage,
  deserializeItem,
  GroupedMessage,
  type LineItem,
  type MessageType,
  type SerializedMessage,
} from "./grouped_message.ts";
export { LastLines } from "./last_lines.ts";
export {
  isPairOpenAt,
  lengthOfWholeCharacters,
  lengthOfWholeLines,
  splitLines,
} from "./line_breaks.ts";
export {
  LineBuffer,
  type LineBufferOptions,
  type LineEventsOptions,
  type LiveLinesOptions,
} from "./line_buffer.ts";
export { type LineEvent, lineItems } from "./line_events.ts";
export { LineIO } from "./line_io.ts";
export { signalOf, untilAborted, type WaitOptions } from "./wait_options.ts";
export {
  LinesError,
  type LinesErrorCode,
  type LinesErrorOptions,
  StopIteration,
} from "./lines_error.ts";
