/**
 * The channel to the time-series database TStorage, and an embedded server.
 *
 * @module
 */
export { Channel } from "./channel.ts";
export type {
  ChannelOptions,
  GetOptions,
  PutOptions,
  WritableOptions,
} from "./channel_options.ts";
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
} from "./columns.ts";
export { TStorageDateTime } from "./datetime.ts";
export { TStorageError } from "./error.ts";
export { Key, type KeyBytesOptions, type KeyParts } from "./key.ts";
export {
  BytesPayloadType,
  type PayloadType,
  UnitPayloadType,
} from "./payload_type.ts";
export type { Record } from "./record.ts";
export { ReplyStream } from "./reply_stream.ts";
export {
  Response,
  ResponseAcq,
  ResponseGet,
  ResponseStatus,
} from "./response.ts";
export {
  serveTStorage,
  type TStorageServer,
  type TStorageServerOptions,
} from "./server.ts";
export type { StructValue } from "./struct_codes.ts";
export { StructPayloadType, TuplePayloadType } from "./struct_payload_type.ts";
export {
  fromUnix,
  fromUnixNs,
  now,
  nowNs,
  toUnix,
  toUnixNs,
} from "./timestamp.ts";
