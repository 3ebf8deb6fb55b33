/**
 * The client: a channel, its requests, and their outcomes.
 *
 * @module
 */
export { Channel } from "./channel.ts";
export type {
  ChannelOptions,
  ChannelOverOptions,
  GetOptions,
  PutOptions,
  RequestOptions,
  WritableOptions,
} from "./channel_options.ts";
export type { BatchCallback } from "./get_delivery.ts";
export { ReplyStream } from "./reply_stream.ts";
export {
  Response,
  ResponseAcq,
  ResponseGet,
  type ResponseOptions,
} from "./response.ts";
