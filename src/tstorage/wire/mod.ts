/**
 * The wire protocol: its status numbers and errors, and the codec of requests,
 * headers and records. Pure functions and buffers, which know no connection.
 *
 * @module
 */
export { GroupBuffer } from "./group_buffer.ts";
export { GROUPS_END } from "./group_head.ts";
export {
  decodeKeyRange,
  encodeKeyRangeRequest,
  isEmptyRange,
  isValidRange,
  type KeyRange,
} from "./key_range.ts";
export {
  decodeHeader,
  encodeHeader,
  type Header,
  HEADER_BYTES,
  INTEGER_BYTES,
  isRequestType,
  KEY_RANGE_BYTES,
  MAX_PAYLOAD_BYTES,
  REQUESTS,
  type RequestType,
} from "./message.ts";
export {
  type PutDecoded,
  PutDecoder,
  type PutRecordSink,
} from "./put_decoder.ts";
export { PutGroups } from "./put_group.ts";
export { type EncodedPayload, PutRecordEncoder } from "./put_record_encoder.ts";
export {
  appendingDecoder,
  columnDecoder,
  type Decoded,
  isPossibleRecord,
  objectDecoder,
  type RecordDecoder,
  type RecordTarget,
} from "./record_decoder.ts";
export {
  ResponseStatus,
  type ResponseStatusName,
  statusName,
} from "./response_status.ts";
export {
  noConnectionError,
  TStorageError,
  type TStorageErrorCode,
} from "./tstorage_error.ts";
