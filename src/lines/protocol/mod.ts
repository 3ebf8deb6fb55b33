/**
 * The HTTP protocol between hosts, mirrors and readers, without any I/O: bodies,
 * headers, the stream of live events, and the token.
 *
 * @module
 */
export {
  CLOSED_HEADER,
  decodeCount,
  decodeStateChange,
  encodeItems,
} from "./host_requests.ts";
export { checkToken, HostToken } from "./host_token.ts";
export { itemPieces, joinedPieces } from "./json_pieces.ts";
export {
  decodePosition,
  eventPieces,
  type EventPosition,
  LineEventDecoder,
} from "./line_event_codec.ts";
export { decodePost, encodePost, type MirrorPost } from "./mirror_post.ts";
export {
  asksBeforeWriting,
  decodeSender,
  MIRROR_HEADER,
  POST_HEADER,
} from "./post_sender.ts";
export { Refusal } from "./refusal.ts";
export {
  EventStreamDecoder,
  type ServerSentEvent,
} from "./server_sent_events.ts";
