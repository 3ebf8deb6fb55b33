import type {
  ChannelOptions,
  GetOptions,
  PutOptions,
  WritableOptions,
} from "./channel_options.ts";
import type { BatchInput } from "../data/columns_payload_type.ts";
import { Exchange } from "./request_queue.ts";
import { GetRequest } from "./get_request.ts";
import type { Key } from "../data/key.ts";
import type { PayloadType } from "../data/payload_type.ts";
import { PutRequest } from "./put_request.ts";
import { checkedPayload, PutSink } from "./put_sink.ts";
import type { Record } from "../data/record.ts";
import { type ReplyStream, replyStream } from "./reply_stream.ts";
import {
  Response,
  ResponseAcq,
  ResponseGet,
  ResponseStatus,
} from "./response.ts";
import { encodeKeyRangeRequest } from "../wire/key_range.ts";
import { HEADER_BYTES, REQUESTS } from "../wire/message.ts";
import { PutGroups } from "../wire/put_group.ts";
import {
  columnDecoder,
  objectDecoder,
  type RecordDecoder,
} from "../wire/record_decoder.ts";
import { WireReader } from "../transport/wire_reader.ts";

const MOST_BYTES = 2 ** 31 - 1;
const RECORDS_BUFFER = 64 * 1024;
/** Large enough that the work per buffer does not count. */
const BATCHES_BUFFER = 512 * 1024;

/**
 * A connection to a TStorage server.
 *
 * Requests on one channel are carried out one after another, in order; one
 * that is asked for while a stream of another is being read waits until that
 * stream has ended, so do not await it inside the loop.
 *
 * The methods that resolve to a {@linkcode Response} never reject for what a
 * server or a network does: the status says what became of the request. The
 * streams fail with a {@linkcode TStorageError} instead.
 *
 * The protocol and the statuses are those of the clients of Atende Industries.
 *
 * @typeParam T The values of the records.
 * @typeParam B The columnar batches, if the payload type has them.
 *
 * @example Write and read
 * ```ts
 * import { Channel, Key, nowNs, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const celsius = new StructPayloadType<number>("<d");
 * await using channel = new Channel("localhost", 2025, celsius);
 * await channel.connect();
 * await channel.put([{ key: new Key(1, 7n, 0, nowNs()), value: 21.5 }]);
 * const { data } = await channel.get(Key.MIN, Key.MAX);
 * console.log(data);
 * ```
 */
export class Channel<T, B = never> implements AsyncDisposable {
  readonly #exchange: Exchange = new Exchange();
  readonly #hostname: string;
  readonly #port: number;
  readonly #payloadType: PayloadType<T, B>;
  readonly #tls: boolean | Deno.StartTlsOptions;
  readonly #signal: AbortSignal | undefined;
  #timeout = Infinity;
  #memoryLimit = Infinity;

  /**
   * A channel that is not connected yet.
   *
   * @param host Name or address of the server.
   * @param port Its port.
   * @param payloadType How values become bytes and back.
   * @param options Time, memory, TLS.
   * @throws {RangeError} If `timeout` or `memoryLimit` is not a positive number.
   */
  constructor(
    host: string,
    port: number,
    payloadType: PayloadType<T, B>,
    options: ChannelOptions = {},
  ) {
    this.#hostname = host;
    this.#port = port;
    this.#payloadType = payloadType;
    this.timeout = options.timeout ?? Infinity;
    this.memoryLimit = options.memoryLimit ?? Infinity;
    this.#tls = options.tls ?? false;
    this.#signal = options.signal;
  }

  /**
   * Milliseconds without progress after which a connection counts as lost.
   *
   * Setting it throws a `RangeError` unless it is a positive number.
   */
  get timeout(): number {
    return this.#timeout;
  }

  set timeout(milliseconds: number) {
    this.#timeout = positive("timeout", milliseconds);
  }

  /**
   * The most bytes that a GET holds at once.
   *
   * Setting it throws a `RangeError` unless it is a positive number.
   */
  get memoryLimit(): number {
    return this.#memoryLimit;
  }

  set memoryLimit(bytes: number) {
    this.#memoryLimit = positive("memoryLimit", bytes);
  }

  /**
   * Connects; a channel that is connected already connects anew.
   *
   * @returns `OK`, or `ERROR` if there is no server, or no trust in it.
   */
  async connect(): Promise<Response> {
    const connected = await this.#exchange.open({
      hostname: this.#hostname,
      port: this.#port,
      timeout: this.timeout,
      tls: this.#tls,
      signal: this.#signal,
    });
    return new Response(connected ? ResponseStatus.OK : ResponseStatus.ERROR);
  }

  /**
   * Closes the connection; requests under way end with `DISCONNECTED`.
   *
   * @returns `OK`, or `ERROR` if there was no connection.
   */
  close(): Promise<Response> {
    const closed = this.#exchange.close();
    return Promise.resolve(
      new Response(closed ? ResponseStatus.OK : ResponseStatus.ERROR),
    );
  }

  /** Closes the connection, if there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Stores records; the server gives them their acquisition time. All of them
   * are stored, or none.
   *
   * A record whose key is not `valid` ends what is sent, without a change of
   * the status; with `skipInvalid` it is left out.
   *
   * @param data The records.
   * @param options How they are sent.
   * @returns `OK`, `ERROR` if the server refused them, or `DISCONNECTED`.
   * @throws {RangeError} If a value is out of the range of its type; nothing
   * is sent then.
   */
  async put(
    data: Iterable<Record<T>>,
    options: PutOptions = {},
  ): Promise<Response> {
    return await this.#put(data, false, options);
  }

  /**
   * Stores records with the acquisition time that their keys have. All of them
   * are stored, or none.
   *
   * @param data The records.
   * @param options How they are sent.
   * @returns As {@linkcode put}.
   * @throws {RangeError} As {@linkcode put}.
   */
  async puta(
    data: Iterable<Record<T>>,
    options: PutOptions = {},
  ): Promise<Response> {
    return await this.#put(data, true, options);
  }

  /**
   * Stores what is written, once the stream is closed: all of it, or nothing.
   *
   * Takes records, and batches of columns if the payload type has columns.
   * Writing waits for the socket; after an abort, or a value that is out of its
   * range, nothing is stored. If some of it was sent the connection is closed.
   *
   * @example Columns
   * ```ts
   * import { Channel, ColumnsPayloadType } from "@sluice/sluice/tstorage";
   *
   * const type = new ColumnsPayloadType({ celsius: "f32" });
   * await using channel = new Channel("localhost", 2025, type);
   * await channel.connect();
   * const writer = channel.writable().getWriter();
   * await writer.write({
   *   cid: new Int32Array([1, 1]),
   *   mid: new BigInt64Array([7n, 7n]),
   *   moid: new Int32Array([0, 0]),
   *   cap: new BigInt64Array([0n, 1_000_000_000n]),
   *   celsius: new Float32Array([21.5, 21.75]),
   * });
   * await writer.close();
   * ```
   *
   * @param options Which request it is.
   * @returns A stream that fails with a {@linkcode TStorageError} if the
   * server refuses the records or the connection is lost.
   */
  writable(
    options: WritableOptions = {},
  ): WritableStream<Record<T> | BatchInput<B>> {
    const { withAcq = false } = options;
    return new WritableStream(
      new PutSink(this.#exchange, this.#payloadType, withAcq, this.timeout),
      // With room for one more, a writer that awaits each write is a sixth
      // faster: the stream need not turn its back-pressure on and off.
      { highWaterMark: 2 },
    );
  }

  /**
   * The last acquisition time: every record with an earlier one can be read.
   *
   * @param min Start of the range, inclusive.
   * @param max End of the range, exclusive.
   * @returns `OK` with the time, `ERROR` if the server refused the range, or
   * `DISCONNECTED`.
   */
  async getAcq(min: Key, max: Key): Promise<ResponseAcq> {
    const request = encodeKeyRangeRequest(REQUESTS.GETACQ, { min, max });
    const turn = await this.#exchange.turn(this.timeout);
    const { connection } = turn;
    if (connection === undefined || !await connection.write(request)) {
      turn.end(false);
      return new ResponseAcq(ResponseStatus.DISCONNECTED);
    }
    const reader = new WireReader(connection, HEADER_BYTES + 8);
    const { code, body: [acq] = [] } = await reader.header(1) ?? {};
    const whole = acq !== undefined || (code !== undefined && code !== 0);
    turn.end(whole && reader.bytes.length === 0);
    if (code === undefined) {
      return new ResponseAcq(ResponseStatus.DISCONNECTED);
    }
    return code === 0 && acq !== undefined
      ? new ResponseAcq(ResponseStatus.OK, acq)
      : new ResponseAcq(ResponseStatus.ERROR);
  }

  /**
   * Reads records, all at once. A failure closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How they are received.
   * @returns `OK` with the records; else the records that came before
   * `BAD_REQUEST` or `ERROR` (the server refused), `UNPARSEABLE_ENTITY`,
   * `NO_MEMORY` (the answer is larger than `memoryLimit`) or `DISCONNECTED`.
   */
  async get(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): Promise<ResponseGet<T>> {
    const request = this.#get(
      min,
      max,
      this.#objects(),
      options.recvBufferSize,
      this.memoryLimit,
    );
    const data: Record<T>[] = [];
    for (;;) {
      const next = await request.next();
      if (next instanceof ResponseAcq) {
        return new ResponseGet(next.status, next.acq, data);
      }
      for (const record of next ?? []) data.push(record);
    }
  }

  /**
   * Reads records in batches of at most `memoryLimit` bytes on the wire, all
   * in one if there is no limit. A failure closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param callback Takes each batch; the next one waits for its promise. What
   * it throws comes out of this method; the connection is closed if it leaves
   * a part of the answer unread.
   * @param options How they are received.
   * @returns As {@linkcode get}; `NO_MEMORY` if one record is larger than
   * `memoryLimit`.
   */
  async getStream(
    min: Key,
    max: Key,
    callback: (records: Record<T>[]) => void | Promise<void>,
    options: GetOptions = {},
  ): Promise<ResponseAcq> {
    const limit = this.memoryLimit;
    let taken = 0;
    const objects = this.#objects();
    const counted: RecordDecoder<Record<T>[]> = (bytes, budget) => {
      const decoded = objects(bytes, budget);
      taken += decoded.consumed;
      return decoded;
    };
    const request = this.#get(min, max, counted, options.recvBufferSize);
    let batch: Record<T>[] = [];
    try {
      for (;;) {
        const next = await request.next(limit - taken);
        const full = next === undefined || next instanceof ResponseAcq;
        if (full && batch.length > 0) {
          await callback(batch);
          batch = [];
          taken = 0;
        }
        if (next instanceof ResponseAcq) return next;
        for (const record of next ?? []) batch.push(record);
      }
    } catch (error) {
      request.cancel();
      throw error;
    }
  }

  /**
   * Reads records one by one. Leaving the loop early closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How they are received.
   * @returns The records and, last, how the request ended, as
   * {@linkcode getStream} says it.
   */
  async *getIter(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): AsyncGenerator<Record<T> | ResponseAcq, void, void> {
    const objects = this.#objects();
    const request = this.#get(min, max, objects, options.recvBufferSize);
    try {
      for (;;) {
        const next = await request.next();
        if (next instanceof ResponseAcq) return yield next;
        yield* next ?? [];
      }
    } finally {
      request.cancel();
    }
  }

  /**
   * Reads records as a stream of objects.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How they are received.
   * @returns The records, and in `done` how the request ended.
   */
  records(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): ReplyStream<Record<T>> {
    const objects = this.#objects();
    const request = this.#get(min, max, objects, options.recvBufferSize);
    return replyStream(request, (records) => records);
  }

  /**
   * Reads records as a stream of columns, about ten times as fast as objects.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How they are received; `recvBufferSize` is 524 288 here.
   * @returns The batches, and in `done` how the request ended.
   * @throws {TypeError} If the channel's payload type has no columns.
   */
  batches(min: Key, max: Key, options: GetOptions = {}): ReplyStream<B> {
    const { columns } = this.#payloadType;
    if (columns === undefined) {
      throw new TypeError(
        "Cannot read batches: the channel's payload type has no columns, use ColumnsPayloadType",
      );
    }
    const { recvBufferSize = BATCHES_BUFFER } = options;
    const decode = columnDecoder(columns);
    const request = this.#get(min, max, decode, recvBufferSize);
    return replyStream(request, (batch) => [batch]);
  }

  #objects(): RecordDecoder<Record<T>[]> {
    return objectDecoder(this.#payloadType);
  }

  #get<C>(
    min: Key,
    max: Key,
    decode: RecordDecoder<C>,
    recvBufferSize: number = RECORDS_BUFFER,
    totalLimit: number = Infinity,
  ): GetRequest<C> {
    return new GetRequest(this.#exchange, { min, max }, decode, {
      recvBufferSize: byteCount("recvBufferSize", recvBufferSize),
      memoryLimit: this.memoryLimit,
      totalLimit,
      timeout: this.timeout,
    });
  }

  async #put(
    data: Iterable<Record<T>>,
    withAcq: boolean,
    { maxBatchSize = MOST_BYTES, skipInvalid = false }: PutOptions,
  ): Promise<Response> {
    const groups = new PutGroups(
      withAcq,
      byteCount("maxBatchSize", maxBatchSize),
    );
    for (const { key, value } of data) {
      if (key.valid) groups.add(key, checkedPayload(this.#payloadType, value));
      else if (!skipInvalid) break;
    }
    const turn = await this.#exchange.turn(this.timeout);
    const request = await PutRequest.start(turn, withAcq);
    for (const part of groups.parts()) {
      if (!await request.write(part)) break;
    }
    return new Response(await request.finish());
  }
}

function byteCount(name: string, value: number): number {
  if (value >= 1 && value <= MOST_BYTES) return value;
  throw new RangeError(
    `Expected ${name} to be from 1 to ${MOST_BYTES}, found ${value}`,
  );
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`Expected ${name} to be more than 0, found ${value}`);
}
