import type { BatchInput, PayloadType, Record } from "../data/mod.ts";
import { outOfRange } from "../../internal/mod.ts";
import {
  type EncodedPayload,
  GroupBuffer,
  PutRecordEncoder,
} from "../wire/mod.ts";
import { PutRequest } from "./put_request.ts";
import type { RequestQueue, Turn } from "./request_queue.ts";
import { ResponseStatus } from "../wire/mod.ts";
import { TStorageError } from "../wire/mod.ts";

/** Options of a {@linkcode PutSink}. */
export interface PutSinkOptions {
  /** Whether the records have their own acquisition time (PUTA). */
  readonly withAcq: boolean;
  /** Milliseconds without progress that close the connection. */
  readonly timeout: number;
  /** Aborts the stream. */
  readonly signal?: AbortSignal;
}

/** What is written at once: a record, several records, or a batch. */
export type PutChunk<T, B> = Record<T> | readonly Record<T>[] | BatchInput<B>;

/** Sends records and batches as one PUT or PUTA. */
export class PutSink<T, B> implements UnderlyingSink<PutChunk<T, B>> {
  readonly #queue: RequestQueue;
  readonly #payloadType: PayloadType<T, B>;
  readonly #withAcq: boolean;
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;
  readonly #encoder: PutRecordEncoder<T>;
  readonly #buffer: GroupBuffer<T>;
  /** Bytes of the last record; the next one is likely to have as many. */
  #lastSize = 0;
  readonly #aborted = new AbortController();
  readonly #cleanup = new DisposableStack();
  #request: PutRequest | undefined;

  constructor(
    queue: RequestQueue,
    payloadType: PayloadType<T, B>,
    { withAcq, timeout, signal }: PutSinkOptions,
  ) {
    this.#queue = queue;
    this.#payloadType = payloadType;
    this.#withAcq = withAcq;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#encoder = new PutRecordEncoder(payloadType, withAcq);
    this.#buffer = new GroupBuffer(this.#encoder, withAcq);
  }

  start(controller: WritableStreamDefaultController): void {
    // An abort must not wait for a write that the server does not take.
    controller.signal.addEventListener("abort", () => this.abort());
    const signal = this.#signal;
    if (signal === undefined) return;
    const abort = () => {
      this.abort();
      controller.error(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    this.#cleanup.defer(() => signal.removeEventListener("abort", abort));
  }

  /**
   * Adds a record to the buffer; `false` if that has to wait for the server, or
   * the chunk is something else or cannot be sent.
   */
  take(chunk: PutChunk<T, B>): boolean {
    if (!isRecord(chunk) || !this.#buffer.fits(this.#lastSize)) return false;
    try {
      return this.#add(chunk, this.#encode(chunk));
    } catch {
      // Writing it fails again, and ends the stream.
      return false;
    }
  }

  /** Returns no promise when there is nothing to wait for, which is far quicker. */
  write(chunk: PutChunk<T, B>): Promise<void> | void {
    try {
      return this.#write(chunk)?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  async close(): Promise<void> {
    using _cleanup = this.#cleanup;
    await this.#send();
    const status = await this.#request?.finish();
    if (status !== ResponseStatus.OK) throw this.#failure(status);
  }

  abort(): void {
    this.#cleanup.dispose();
    this.#aborted.abort();
    this.#request?.abort();
  }

  /** A stream that fails is not aborted as well, so the request ends here. */
  #fail(error: unknown): never {
    this.abort();
    throw error;
  }

  #write(chunk: PutChunk<T, B>): Promise<void> | void {
    if (isRecord(chunk)) return this.#writeRecord(chunk);
    if (isRecords(chunk)) return this.#writeRecords(chunk);
    return this.#writeBatch(chunk);
  }

  #writeRecord(record: Record<T>): Promise<void> | void {
    const payload = this.#encode(record);
    if (this.#add(record, payload)) return;
    return this.#send().then(() => this.#buffer.add(record, payload));
  }

  async #writeRecords(records: readonly Record<T>[]): Promise<void> {
    for (const record of records) {
      const sending = this.#writeRecord(record);
      if (sending !== undefined) await sending;
    }
  }

  #encode({ key, value }: Record<T>): EncodedPayload {
    if (!key.valid) throw refusedCid(key.cid);
    return this.#encoder.payload(value);
  }

  #add(record: Record<T>, payload: EncodedPayload): boolean {
    this.#lastSize = this.#encoder.size(payload);
    if (!this.#buffer.fits(this.#lastSize)) return false;
    this.#buffer.add(record, payload);
    return true;
  }

  async #writeBatch(batch: BatchInput<B>): Promise<void> {
    const { columns } = this.#payloadType;
    if (columns === undefined) {
      throw new TypeError(
        "Cannot write a batch: the channel's payload type has no columns, use ColumnsPayloadType",
      );
    }
    const cid = columns.check(batch, this.#withAcq);
    for (let i = 0; i < cid.length; i++) {
      if (cid[i] < 0) throw refusedCid(cid[i]);
    }
    for (let from = 0; from < cid.length;) {
      const count = this.#buffer.addRun(columns, batch, cid, from);
      if (count === 0) await this.#send();
      from += count;
    }
  }

  async #send(): Promise<void> {
    this.#request ??= await this.#start();
    if (await this.#request.write(this.#buffer.take())) return;
    const status = await this.#request.finish();
    throw this.#failure(
      status === ResponseStatus.OK ? ResponseStatus.ERROR : status,
    );
  }

  async #start(): Promise<PutRequest> {
    const { signal } = this.#aborted;
    const request = await PutRequest.start(await this.#turn(), this.#withAcq);
    if (signal.aborted) request.abort();
    return request;
  }

  /** An abort before the turn leaves the connection as good as it was. */
  async #turn(): Promise<Turn> {
    try {
      return await this.#queue.turn(this.#timeout, this.#aborted.signal);
    } catch {
      throw this.#failure();
    }
  }

  #failure(
    status: Exclude<ResponseStatus, typeof ResponseStatus.OK> =
      ResponseStatus.DISCONNECTED,
  ): unknown {
    if (this.#signal?.aborted) return this.#signal.reason;
    const request = this.#withAcq ? "PUTA" : "PUT";
    const cause = this.#request?.loss;
    return TStorageError.ofStatus(status, request, { cause });
  }
}

function refusedCid(cid: number): RangeError {
  return outOfRange("cid", "a non-negative integer", cid);
}

function isRecord<T, B>(chunk: PutChunk<T, B>): chunk is Record<T> {
  return "key" in chunk && "value" in chunk && !("cid" in chunk);
}

function isRecords<T, B>(
  chunk: PutChunk<T, B>,
): chunk is readonly Record<T>[] {
  return Array.isArray(chunk);
}
