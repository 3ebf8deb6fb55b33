/**
 * The HTTP protocol between hosts, mirrors and readers, without any I/O: bodies,
 * headers, the stream of live events, and the token.
 *
 * @module
 */
export {
  decodeEvent,
  decodePosition,
  encodeEvents,
  EVENT_STREAM_HEARTBEAT,
  type EventPosition,
  EventStreamParser,
} from "./event_stream.ts";
export { checkToken, HostToken } from "./host_token.ts";
export {
  asksBeforeWriting,
  CLOSED_HEADER,
  decodeCount,
  decodePost,
  decodeSender,
  decodeStateChange,
  encodeItems,
  encodePost,
  MIRROR_HEADER,
  type MirrorPost,
  POST_HEADER,
  Refusal,
} from "./protocol.ts";
