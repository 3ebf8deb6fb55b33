/**
 * The data of TStorage: keys and where their parts stand, timestamps, records,
 * payload types, and batches of columns. Knows nothing of requests.
 *
 * @module
 */
export type {
  Batch,
  BatchInput,
  BatchLayout,
  ColumnFields,
  ColumnRow,
} from "./batch.ts";
export { BytesPayloadType } from "./bytes_payload_type.ts";
export {
  COLUMN_VALUE_KINDS,
  type ColumnArrays,
  type ColumnType,
  type ColumnValueKind,
} from "./column_types.ts";
export { ColumnsPayloadType } from "./columns_payload_type.ts";
export { TStorageDateTime } from "./datetime.ts";
export {
  Key,
  type KeyBytesOptions,
  type KeyParts,
  readKey,
  writeKeyTail,
} from "./key.ts";
export type { KeyColumns } from "./key_columns.ts";
export {
  GROUP_KEY,
  type KeyLayout,
  type KeyPart,
  type KeyPartName,
  LENGTH_BYTES,
  PUT_KEY,
  PUTA_KEY,
  WHOLE_KEY,
} from "./key_layout.ts";
export type { FixedSizeCodec, PayloadType } from "./payload_type.ts";
export type { Record } from "./record.ts";
export type { StructValue } from "./struct_codes.ts";
export {
  StructPayloadType,
  type StructPayloadTypeConstructor,
  TuplePayloadType,
  type TuplePayloadTypeConstructor,
} from "./struct_payload_types.ts";
export type {
  NativeStructCodes,
  StandardStructCodes,
  StructCodesOf,
  StructRunOf,
  StructTupleOf,
  StructValueOf,
} from "./struct_value_types.ts";
export {
  fromUnix,
  fromUnixNs,
  now,
  nowNs,
  toUnix,
  toUnixNs,
} from "./timestamp.ts";
export { UnitPayloadType } from "./unit_payload_type.ts";
export { viewOf } from "./view_of.ts";
