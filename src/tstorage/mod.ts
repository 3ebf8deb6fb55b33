/**
 * The channel to the time-series database TStorage, and an embedded server.
 *
 * @module
 */
export { TStorageDateTime } from "./datetime.ts";
export { TStorageError } from "./error.ts";
export { Key, type KeyBytesOptions, type KeyParts } from "./key.ts";
export {
  BytesPayloadType,
  type PayloadType,
  UnitPayloadType,
} from "./payload_type.ts";
export type { Record } from "./record.ts";
export {
  Response,
  ResponseAcq,
  ResponseGet,
  ResponseStatus,
} from "./response.ts";
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
