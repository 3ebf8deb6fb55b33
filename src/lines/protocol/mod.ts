/**
 * The HTTP protocol between hosts, mirrors and readers, without any I/O: bodies,
 * headers, the stream of live events, and the token.
 *
 * @module
 */
export {
  decodePosition,
  type EventPosition,
  LineEventDecoder,
  LineEventEncoder,
} from "./line_event_codec.ts";
export {
  EVENT_STREAM_HEARTBEAT,
  EventStreamDecoder,
  EventStreamEncoder,
  type ServerSentEvent,
} from "./server_sent_events.ts";
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
