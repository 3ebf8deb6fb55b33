/**
 * The channel to the time-series database TStorage, and an embedded server.
 *
 * @module
 */
export { Channel } from "./client/channel.ts";
export type {
  ChannelOptions,
  GetOptions,
  PutOptions,
  WritableOptions,
} from "./client/channel_options.ts";
export {
  type Batch,
  type BatchInput,
  type BatchLayout,
  type ColumnArrays,
  type ColumnFields,
  type ColumnRow,
  ColumnsPayloadType,
  type ColumnType,
  type KeyColumns,
} from "./data/columns_payload_type.ts";
export { TStorageDateTime } from "./data/datetime.ts";
export { TStorageError } from "./client/tstorage_error.ts";
export { Key, type KeyBytesOptions, type KeyParts } from "./data/key.ts";
export {
  BytesPayloadType,
  type PayloadType,
  UnitPayloadType,
} from "./data/payload_type.ts";
export type { Record } from "./data/record.ts";
export { ReplyStream } from "./client/reply_stream.ts";
export {
  Response,
  ResponseAcq,
  ResponseGet,
  ResponseStatus,
} from "./client/response.ts";
export {
  serveTStorage,
  type TStorageServer,
  type TStorageServerOptions,
} from "./server/serve_tstorage.ts";
export type { StructValue } from "./data/struct_codes.ts";
export {
  StructPayloadType,
  TuplePayloadType,
} from "./data/struct_payload_type.ts";
export {
  fromUnix,
  fromUnixNs,
  now,
  nowNs,
  toUnix,
  toUnixNs,
} from "./data/timestamp.ts";
