/**
 * Time series: a client of the database TStorage, and a server to embed.
 *
 * A record is a value under a {@linkcode Key} of five integers: the container,
 * the series, the quantity, and the times of capture and of acquisition, which
 * are nanoseconds since 2001 ({@linkcode nowNs}, {@linkcode TStorageDateTime}).
 * A {@linkcode PayloadType} turns values into bytes and back: a number in a
 * format of Python's `struct` module ({@linkcode StructPayloadType}), several of
 * them, plain bytes, or columns ({@linkcode ColumnsPayloadType}), which are
 * typed arrays and by far the fastest.
 *
 * A {@linkcode Channel} writes records with `put`, or `writable` as a stream, and
 * reads ranges of keys: `get` all at once, `records` as a stream of objects,
 * `batches` as a stream of columns. It connects to a TStorage cluster, to
 * {@linkcode serveTStorage}, which keeps records in a SQLite file, or over any
 * byte streams to {@linkcode openTStorage}.
 *
 * @example Store a measurement and read the series
 * ```ts
 * import {
 *   Channel,
 *   Key,
 *   nowNs,
 *   serveTStorage,
 *   StructPayloadType,
 *   TStorageDateTime,
 * } from "@sluice/sluice/tstorage";
 *
 * await using server = serveTStorage({ port: 0 });
 * const celsius = new StructPayloadType("<d");
 * await using channel = await Channel.open("127.0.0.1", server.port, celsius);
 *
 * const key = new Key(1, 7n, 0, nowNs());
 * (await channel.put([{ key, value: 21.5 }])).orThrow();
 *
 * const series7 = [Key.MIN.with({ mid: 7n }), Key.MAX.with({ mid: 8n })] as const;
 * for await (const { key, value } of channel.records(...series7)) {
 *   console.log(TStorageDateTime.fromTStorageNs(key.cap).instant.toString(), value);
 * }
 * ```
 *
 * @module
 */
export {
  type BatchCallback,
  Channel,
  type ChannelOptions,
  type ChannelOverOptions,
  type GetOptions,
  type PutOptions,
  ReplyStream,
  type RequestOptions,
  Response,
  ResponseAcq,
  ResponseGet,
  type ResponseOptions,
  type WritableOptions,
} from "./client/mod.ts";
export {
  type Batch,
  type BatchInput,
  type BatchLayout,
  BytesPayloadType,
  COLUMN_VALUE_KINDS,
  type ColumnArrays,
  type ColumnFields,
  type ColumnRow,
  ColumnsPayloadType,
  type ColumnType,
  type ColumnValueKind,
  type FixedSizeCodec,
  fromUnix,
  fromUnixNs,
  Key,
  type KeyBytesOptions,
  type KeyColumns,
  type KeyParts,
  type NativeStructCodes,
  now,
  nowNs,
  type PayloadType,
  type Record,
  type StandardStructCodes,
  type StructCodesOf,
  StructPayloadType,
  type StructPayloadTypeConstructor,
  type StructRunOf,
  type StructTupleOf,
  type StructValue,
  type StructValueOf,
  toUnix,
  toUnixNs,
  TStorageDateTime,
  TuplePayloadType,
  type TuplePayloadTypeConstructor,
  UnitPayloadType,
} from "./data/mod.ts";
export {
  openTStorage,
  type ServeOptions,
  serveTStorage,
  type TStorageDatabase,
  type TStorageOptions,
  type TStorageServer,
  type TStorageServerOptions,
} from "./server/mod.ts";
export {
  ResponseStatus,
  type ResponseStatusName,
  statusName,
  TStorageError,
  type TStorageErrorCode,
} from "./wire/mod.ts";
export type { Duplex } from "../streams/mod.ts";
