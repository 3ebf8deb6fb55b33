import { checkSignal } from "../../internal/mod.ts";
import type { PayloadType, Record } from "../data/mod.ts";
import {
  appendingDecoder,
  columnDecoder,
  type KeyRange,
  objectDecoder,
  type RecordDecoder,
  type RecordTarget,
} from "../wire/mod.ts";
import { checkByteCount } from "./byte_count.ts";
import type { GetOptions } from "./channel_options.ts";
import {
  type BatchCallback,
  collectRecords,
  deliverBatches,
  eachRecord,
} from "./get_delivery.ts";
import { GetRequest } from "./get_request.ts";
import { type ReplyStream, replyStream } from "./reply_stream.ts";
import type { RequestQueue } from "./request_queue.ts";
import type { ResponseAcq, ResponseGet } from "./response.ts";

/** The limits of a channel at the time of a request. */
export interface ChannelLimits {
  readonly timeout: number;
  readonly memoryLimit: number;
}

const RECORDS_BUFFER = 64 * 1024;
/** So large that the work for each buffer does not matter. */
const BATCHES_BUFFER = 512 * 1024;

/** The GETs of a channel, in each form in which records are received. */
export class ChannelGets<T, B> {
  readonly #queue: RequestQueue;
  readonly #payloadType: PayloadType<T, B>;
  readonly #limits: ChannelLimits;

  /** GETs that wait in a queue. */
  constructor(
    queue: RequestQueue,
    payloadType: PayloadType<T, B>,
    limits: ChannelLimits,
  ) {
    this.#queue = queue;
    this.#payloadType = payloadType;
    this.#limits = limits;
  }

  /** `Channel.get`. */
  async atOnce(range: KeyRange, options: GetOptions): Promise<ResponseGet<T>> {
    const target: RecordTarget<T> = { records: [] };
    const decode = appendingDecoder(this.#payloadType, target);
    const { memoryLimit } = this.#limits;
    const request = this.#request(range, decode, options, memoryLimit);
    return await collectRecords(request, target);
  }

  /** `Channel.getStream`. */
  async inBatches(
    range: KeyRange,
    callback: BatchCallback<T>,
    options: GetOptions,
  ): Promise<ResponseAcq> {
    const target: RecordTarget<T> = { records: [] };
    const decode = appendingDecoder(this.#payloadType, target);
    const { memoryLimit } = this.#limits;
    const request = this.#request(range, decode, options);
    return await deliverBatches(request, target, memoryLimit, callback);
  }

  /** `Channel.getIter`. */
  oneByOne(
    range: KeyRange,
    options: GetOptions,
  ): AsyncGenerator<Record<T> | ResponseAcq, void, void> {
    return eachRecord(this.#objects(range, options));
  }

  /** `Channel.records`. */
  records(range: KeyRange, options: GetOptions): ReplyStream<Record<T>> {
    const request = this.#objects(range, options);
    return replyStream(request, (records) => records);
  }

  /** `Channel.batches`. */
  batches(range: KeyRange, options: GetOptions): ReplyStream<B> {
    const { columns } = this.#payloadType;
    if (columns === undefined) {
      throw new TypeError(
        "Cannot read batches: the channel's payload type has no columns, use ColumnsPayloadType",
      );
    }
    const { recvBufferSize = BATCHES_BUFFER, signal } = options;
    const receiving = { recvBufferSize, signal };
    const request = this.#request(range, columnDecoder(columns), receiving);
    return replyStream(request, (batch) => [batch]);
  }

  #objects(range: KeyRange, options: GetOptions): GetRequest<Record<T>[]> {
    return this.#request(range, objectDecoder(this.#payloadType), options);
  }

  #request<C>(
    range: KeyRange,
    decode: RecordDecoder<C>,
    { recvBufferSize = RECORDS_BUFFER, signal }: GetOptions,
    totalLimit: number = Infinity,
  ): GetRequest<C> {
    checkByteCount("recvBufferSize", recvBufferSize);
    checkSignal("signal", signal);
    const { timeout, memoryLimit } = this.#limits;
    return new GetRequest(this.#queue, range, decode, {
      recvBufferSize,
      memoryLimit,
      totalLimit,
      timeout,
      signal,
    });
  }
}
