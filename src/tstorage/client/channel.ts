import { checkPositive, checkSignal } from "../../internal/mod.ts";
import type { Duplex } from "../../streams/mod.ts";
import type { BatchInput, Key, PayloadType, Record } from "../data/mod.ts";
import { ChannelConnection } from "./channel_connection.ts";
import { ChannelGets } from "./channel_gets.ts";
import type {
  ChannelOptions,
  ChannelOverOptions,
  GetOptions,
  PutOptions,
  RequestOptions,
  WritableOptions,
} from "./channel_options.ts";
import { requestAcq } from "./get_acq.ts";
import type { BatchCallback } from "./get_delivery.ts";
import { putRecords } from "./put_records.ts";
import { PutSink } from "./put_sink.ts";
import { PutStream } from "./put_stream.ts";
import type { ReplyStream } from "./reply_stream.ts";
import type { Response, ResponseAcq, ResponseGet } from "./response.ts";

/**
 * A connection to a TStorage server, over a socket or over any pair of byte
 * streams ({@linkcode Channel.over}).
 *
 * The requests of one channel are sent one after another, in order. A request
 * waits until the stream of the one before has ended, so do not await another
 * request inside the loop that reads a stream.
 *
 * The methods that resolve to a {@linkcode Response} never reject for what a
 * server or a network does: the status is the outcome of the request, and
 * `orThrow()` makes an error of any but `OK`. {@linkcode Channel.open} and the
 * streams fail with a {@linkcode TStorageError} instead. A request whose
 * `signal` aborts rejects or fails with the reason of the signal, and closes
 * the connection if it was sent already. A missing permission is always an
 * error.
 *
 * The protocol and the statuses are those of the clients of Atende Industries.
 *
 * Import it from `@sluice/sluice/tstorage`; `@sluice/sluice` has it too, and
 * loads all modules.
 *
 * @typeParam T The type of the values.
 * @typeParam B The type of the columnar batches, if the payload type has them.
 *
 * @example Write and read
 * ```ts
 * import { Channel, Key, nowNs, StructPayloadType } from "@sluice/sluice/tstorage";
 *
 * const celsius = new StructPayloadType("<d");
 * await using channel = await Channel.open("localhost", 2025, celsius);
 * const key = new Key(1, 7n, 0, nowNs());
 * (await channel.put([{ key, value: 21.5 }])).orThrow();
 * const { data } = (await channel.get(Key.MIN, Key.MAX)).orThrow();
 * console.log(data);
 * ```
 */
export class Channel<T, B = never> implements AsyncDisposable {
  readonly #connection: ChannelConnection;
  readonly #payloadType: PayloadType<T, B>;
  readonly #gets: ChannelGets<T, B>;
  #timeout = Infinity;
  #memoryLimit = Infinity;

  /**
   * A channel that is not connected yet.
   *
   * @param host Name or address of the server.
   * @param port Its port.
   * @param payloadType Turns values into bytes and back.
   * @param options Time, memory, TLS.
   * @throws {RangeError} If `timeout` or `memoryLimit` is not positive.
   * @throws {TypeError} If an option is of another type.
   */
  constructor(
    host: string,
    port: number,
    payloadType: PayloadType<T, B>,
    options: ChannelOptions = {},
  ) {
    checkSignal("signal", options.signal);
    this.#connection = new ChannelConnection({ hostname: host, port }, options);
    this.#payloadType = payloadType;
    this.#gets = new ChannelGets(this.#connection.queue, payloadType, this);
    this.timeout = options.timeout ?? Infinity;
    this.memoryLimit = options.memoryLimit ?? Infinity;
  }

  /**
   * Makes a channel and connects it.
   *
   * @example Usage
   * ```ts
   * import { Channel, StructPayloadType } from "@sluice/sluice/tstorage";
   *
   * const celsius = new StructPayloadType("<d");
   * await using channel = await Channel.open("localhost", 2025, celsius);
   * ```
   *
   * @typeParam T The type of the values.
   * @typeParam B The type of the columnar batches, if the payload type has them.
   * @param host Name or address of the server.
   * @param port Its port.
   * @param payloadType Turns values into bytes and back.
   * @param options Time, memory, TLS.
   * @returns The channel, connected.
   * @throws {TStorageError} `ERROR` if no server answers, or it is not trusted;
   * the message says which.
   * @throws {Deno.errors.NotCapable} If the program lacks the permission.
   * @throws The reason of the signal, if it aborts before.
   */
  static async open<T, B = never>(
    host: string,
    port: number,
    payloadType: PayloadType<T, B>,
    options: ChannelOptions = {},
  ): Promise<Channel<T, B>> {
    const channel = new Channel<T, B>(host, port, payloadType, options);
    const response = await channel.connect();
    options.signal?.throwIfAborted();
    response.orThrow();
    return channel;
  }

  /**
   * A channel over a pair of byte streams: a Unix socket, the pipes of a child
   * process, streams in memory. It is connected from the start, and cannot be
   * connected again once it is closed.
   *
   * Closing the channel cancels `readable` and aborts `writable`.
   *
   * @example Use a server on a Unix socket
   * ```ts
   * import { Channel, StructPayloadType } from "@sluice/sluice/tstorage";
   *
   * const path = "/run/tstorage.sock";
   * const socket = await Deno.connect({ transport: "unix", path });
   * await using channel = Channel.over(socket, new StructPayloadType("<d"));
   * ```
   *
   * @typeParam T The type of the values.
   * @typeParam B The type of the columnar batches, if the payload type has them.
   * @param duplex The streams, which the channel locks; a `readable` that is a
   * byte stream is read without copying.
   * @param payloadType Turns values into bytes and back.
   * @param options Time and memory.
   * @returns The channel.
   * @throws {RangeError} If `timeout` or `memoryLimit` is not positive.
   * @throws {TypeError} If a stream is locked, or an option is of another type.
   */
  static over<T, B = never>(
    duplex: Duplex,
    payloadType: PayloadType<T, B>,
    options: ChannelOverOptions = {},
  ): Channel<T, B> {
    const { timeout, memoryLimit, signal } = options;
    const limits = { timeout, memoryLimit, signal };
    const channel = new Channel<T, B>("", 0, payloadType, limits);
    channel.#connection.adopt(duplex);
    return channel;
  }

  /**
   * Milliseconds without progress after which a connection counts as lost.
   *
   * Setting it throws unless it is a positive number.
   */
  get timeout(): number {
    return this.#timeout;
  }

  set timeout(milliseconds: number) {
    checkPositive("timeout", milliseconds);
    this.#timeout = milliseconds;
  }

  /**
   * The most bytes that a GET holds at once.
   *
   * Setting it throws unless it is a positive number.
   */
  get memoryLimit(): number {
    return this.#memoryLimit;
  }

  set memoryLimit(bytes: number) {
    checkPositive("memoryLimit", bytes);
    this.#memoryLimit = bytes;
  }

  /**
   * Connects; a channel that is connected closes that connection first.
   *
   * A channel over given streams only reports whether it is still open.
   *
   * @param options Gives up when its signal aborts.
   * @returns `OK`, or `ERROR` if no server answers, or it is not trusted; its
   * `cause` is then a {@linkcode TStorageError} that says which.
   * @throws {Deno.errors.NotCapable} If the program lacks the permission.
   */
  async connect(options: RequestOptions = {}): Promise<Response> {
    const { signal } = options;
    checkSignal("signal", signal);
    return await this.#connection.connect(this.timeout, signal);
  }

  /**
   * Closes the connection; requests under way end with `DISCONNECTED`.
   *
   * @returns `OK`, or `ERROR` if there was no connection.
   */
  close(): Promise<Response> {
    return Promise.resolve(this.#connection.close());
  }

  /** Closes the connection, if there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Stores records, all or none; the server sets their acquisition time.
   *
   * Sending stops at a record whose key is not `valid`, without a change of
   * the status; with `skipInvalid` such records are skipped.
   *
   * @param data The records.
   * @param options How to send them.
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
   * Stores records with the acquisition time in their keys, all or none.
   *
   * @param data The records.
   * @param options How to send them.
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
   * Stores all records that are written, once the stream is closed, or none.
   *
   * Takes records, arrays of them, and batches of columns if the payload type
   * has columns. An array is far faster than a write for each of its records.
   * Writing waits for the connection. After an abort, or a value that is out of
   * its range, nothing is stored; the connection is closed if some records were
   * sent already.
   *
   * @example Many records at once
   * ```ts
   * import { Channel, Key, nowNs, StructPayloadType } from "@sluice/sluice/tstorage";
   *
   * const celsius = new StructPayloadType<number>("<d");
   * await using channel = new Channel("localhost", 2025, celsius);
   * await channel.connect();
   * const writer = channel.writable().getWriter();
   * for (let minute = 0; minute < 60; minute++) {
   *   const keys = Array.from({ length: 1000 }, (_, i) => new Key(1, BigInt(i), 0, nowNs()));
   *   await writer.write(keys.map((key) => ({ key, value: 21.5 })));
   * }
   * await writer.close();
   * ```
   *
   * @example Columns
   * ```ts
   * import { Channel, ColumnsPayloadType } from "@sluice/sluice/tstorage";
   *
   * const type = new ColumnsPayloadType({ celsius: "f32" });
   * await using channel = await Channel.open("localhost", 2025, type);
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
   * @param options Which request to send.
   * @returns A stream that fails with a {@linkcode TStorageError} if the
   * server refuses the records or the connection is lost.
   */
  writable(
    options: WritableOptions = {},
  ): WritableStream<Record<T> | readonly Record<T>[] | BatchInput<B>> {
    const { withAcq = false, signal } = options;
    checkSignal("signal", signal);
    const { timeout } = this;
    const sinkOptions = { withAcq, timeout, signal };
    return new PutStream(
      new PutSink(this.#connection.queue, this.#payloadType, sinkOptions),
    );
  }

  /**
   * Asks for the last acquisition time: every record with an earlier one can be
   * read.
   *
   * @param min Start of the range, inclusive.
   * @param max End of the range, exclusive.
   * @param options Gives up when its signal aborts.
   * @returns `OK` with the time, `ERROR` if the server refused the range, or
   * `DISCONNECTED`.
   */
  async getAcq(
    min: Key,
    max: Key,
    options: RequestOptions = {},
  ): Promise<ResponseAcq> {
    const { signal } = options;
    checkSignal("signal", signal);
    const { queue } = this.#connection;
    return await requestAcq(queue, { min, max }, this.timeout, signal);
  }

  /**
   * Reads records, all at once. A failure closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How to receive them.
   * @returns `OK` with the records; else the records that came before
   * `BAD_REQUEST` or `ERROR` (the server refused), `UNPARSEABLE_ENTITY`,
   * `NO_MEMORY` (the answer is larger than `memoryLimit`) or `DISCONNECTED`.
   */
  async get(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): Promise<ResponseGet<T>> {
    return await this.#gets.atOnce({ min, max }, options);
  }

  /**
   * Reads records in batches of at most `memoryLimit` bytes on the wire, all
   * in one if there is no limit. A failure closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param callback Takes each batch; the next one waits for its promise. An
   * error that it throws rejects this method, and closes the connection if a
   * part of the answer is still unread.
   * @param options How to receive them.
   * @returns As {@linkcode get}; `NO_MEMORY` if one record is larger than
   * `memoryLimit`.
   */
  async getStream(
    min: Key,
    max: Key,
    callback: BatchCallback<T>,
    options: GetOptions = {},
  ): Promise<ResponseAcq> {
    return await this.#gets.inBatches({ min, max }, callback, options);
  }

  /**
   * Reads records one by one. Leaving the loop early closes the connection.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How to receive them.
   * @returns The records and, last, the outcome, as of {@linkcode getStream}.
   */
  async *getIter(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): AsyncGenerator<Record<T> | ResponseAcq, void, void> {
    yield* this.#gets.oneByOne({ min, max }, options);
  }

  /**
   * Reads records as a stream of objects.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How to receive them.
   * @returns The records, and in `done` the outcome of the request.
   */
  records(
    min: Key,
    max: Key,
    options: GetOptions = {},
  ): ReplyStream<Record<T>> {
    return this.#gets.records({ min, max }, options);
  }

  /**
   * Reads records as a stream of columns, about ten times as fast as objects.
   *
   * @param min Start of the range, inclusive in each part of the key.
   * @param max End of the range, exclusive in each part of the key.
   * @param options How to receive them; `recvBufferSize` is 524 288 here.
   * @returns The batches, and in `done` the outcome of the request.
   * @throws {TypeError} If the channel's payload type has no columns.
   */
  batches(min: Key, max: Key, options: GetOptions = {}): ReplyStream<B> {
    return this.#gets.batches({ min, max }, options);
  }

  async #put(
    data: Iterable<Record<T>>,
    withAcq: boolean,
    options: PutOptions,
  ): Promise<Response> {
    const { queue } = this.#connection;
    const type = this.#payloadType;
    return await putRecords(queue, data, type, withAcq, this.timeout, options);
  }
}
